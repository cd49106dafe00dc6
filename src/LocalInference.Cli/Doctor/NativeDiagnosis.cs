using LocalInference.Native;

namespace LocalInference.Cli.Doctor;

/// <summary>Asks the native runtime of this process how its loading went.</summary>
internal static class NativeDiagnosis
{
    private const string NvidiaDriver = "/proc/driver/nvidia/version";
    private const string UnverifiedHint = "The libraries for this platform are pinned but could never be downloaded and run by us; please report how they do.";

    public static DoctorReport Run()
    {
        NativeRuntime? runtime = NativeRuntime.IsSupported ? NativeRuntime.Get() : null;
        return new DoctorReport
        {
            Supported = runtime is not null,
            Reason = NativeRuntime.Failure?.Reason,
            NextStep = NativeRuntime.Failure?.NextStep,
            NativeVersion = runtime?.Version,
            LibraryDirectory = runtime?.Directory,
            CpuVariant = runtime?.CpuVariant,
            CpuFeatures = runtime?.CpuFeatures() ?? [],
            Devices = [.. (runtime?.Devices() ?? []).Select(static d => new DeviceReport(d.Name, d.Description, d.Type, d.MemoryFree, d.MemoryTotal))],
            Probes = [.. NativeRuntime.Trace.Select(static s => new ProbeReport(s.Subject, s.Outcome.ToString().ToLowerInvariant(), s.Detail))],
            Platform = LibraryDirectory.RuntimeIdentifier,
            PlatformVerified = IsVerified,
            NativeDirectoryVariable = Environment.GetEnvironmentVariable(LibraryDirectory.Variable),
            Hints = [.. Hints(runtime)],
        };
    }

    // Build machines are x64 and arm64 Linux; the mac and win packs of the pinned release cannot be downloaded there.
    private static bool IsVerified => LibraryDirectory.RuntimeIdentifier is "linux-x64" or "linux-arm64";

    private static IEnumerable<string> Hints(NativeRuntime? runtime)
    {
        if (!IsVerified)
        {
            yield return UnverifiedHint;
        }

        if (runtime is { SupportsGpu: false } && OperatingSystem.IsLinux() && File.Exists(NvidiaDriver))
        {
            yield return "An NVIDIA driver is installed and no GPU backend is loaded: build with -p:LocalInferenceNativePacks=linux-x64-cuda "
                + "(driver for CUDA 13) or linux-x64-cuda+linux-x64-cuda-ext (CUDA 12); libcudart and libcublas come from the CUDA toolkit.";
        }
    }
}
