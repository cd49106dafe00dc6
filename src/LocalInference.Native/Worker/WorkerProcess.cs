using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LocalInference.Native;

/// <summary>A running worker and its one job. Used by one thread; <see cref="Cancel"/> and <see cref="Kill"/> by any.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Process _process;
    private volatile string _lastWords = "";

    private WorkerProcess(Process process)
    {
        _process = process;
        _process.ErrorDataReceived += (_, line) => _lastWords = string.IsNullOrWhiteSpace(line.Data) ? _lastWords : line.Data.Trim();
        _process.BeginErrorReadLine();
    }

    /// <summary>The last line the worker wrote to standard error.</summary>
    public string LastWords => _lastWords;

    /// <summary>Starts the worker with a job. It inherits this process's environment.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    /// <exception cref="IOException">It ended before it took the job.</exception>
    public static WorkerProcess Start<TJob>(WorkerCommand command, TJob job, JsonTypeInfo<TJob> type)
    {
        var start = new ProcessStartInfo(command.FileName, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = s_utf8,
            StandardOutputEncoding = s_utf8,
            StandardErrorEncoding = s_utf8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };

        // A .NET that lies where nobody looks for it (a user's own folder) is found again where this process found it.
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is null && WorkerCommand.FindInstallation() is { } installation)
        {
            start.Environment["DOTNET_ROOT"] = installation;
        }

        var worker = new WorkerProcess(Process.Start(start)!);
        try
        {
            worker._process.StandardInput.WriteLine(JsonSerializer.Serialize(job, type));
            worker._process.StandardInput.Flush();
            return worker;
        }
        catch (IOException)
        {
            worker.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next event; <see langword="null"/> when the worker has closed its output.</summary>
    /// <exception cref="JsonException">The worker wrote something else.</exception>
    public WorkerEvent? Read()
    {
        if (_process.StandardOutput.ReadLine() is not { } line)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(line, WorkerJson.Default.WorkerEvent);
        }
        catch (NotSupportedException e)
        {
            // System.Text.Json says so when the object names no event.
            throw new JsonException($"Not an event: {line}", e);
        }
    }

    /// <summary>Asks the worker to stop: it ends with the error <c>cancelled</c>, within seconds unless the job has something to save.</summary>
    public void Cancel() => _process.StandardInput.Close();

    /// <summary>Ends the worker at once, and nothing but the worker.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has ended already, or is about to.
        }
    }

    /// <summary>Waits until the worker has ended.</summary>
    public WorkerExit WaitForExit()
    {
        _process.WaitForExit();
        return new(_process.ExitCode);
    }

    /// <summary>Ends the worker if it still runs.</summary>
    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
