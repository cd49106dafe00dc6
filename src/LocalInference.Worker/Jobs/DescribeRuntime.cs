using System.Text.Json;
using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>Loads llama.cpp the way an application beside this worker would, and tells how it went.</summary>
internal static class DescribeRuntime
{
    public static JsonElement Run(EventWriter events)
    {
        events.Progress("loading llama.cpp");
        NativeRuntime? runtime = NativeRuntime.IsSupported ? NativeRuntime.Get() : null;
        var report = new RuntimeReport(
            runtime is not null,
            NativeRuntime.Failure?.Reason,
            NativeRuntime.Failure?.NextStep,
            runtime?.Directory,
            runtime?.Version,
            runtime?.CpuVariant,
            runtime?.Devices() ?? [],
            NativeRuntime.Trace);
        return JsonSerializer.SerializeToElement(report, WorkerJson.Default.RuntimeReport);
    }
}
