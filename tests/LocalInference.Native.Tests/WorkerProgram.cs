using System.Diagnostics;
using System.Text.Json;

namespace LocalInference.Native.Tests;

/// <summary>The worker beside the tests, driven by hand.</summary>
internal static class WorkerProgram
{
    public static ProcessStartInfo StartInfo()
    {
        WorkerCommand command = WorkerCommand.Find() ?? throw new InvalidOperationException("No worker beside the tests.");
        return new(command.FileName, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
    }

    public static List<WorkerEvent> ReadToEnd(Process process)
    {
        List<WorkerEvent> events = [];
        while (process.StandardOutput.ReadLine() is { } line)
        {
            events.Add(JsonSerializer.Deserialize(line, WorkerJson.Default.WorkerEvent)!);
        }

        return events;
    }
}
