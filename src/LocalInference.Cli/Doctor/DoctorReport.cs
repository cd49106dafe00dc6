namespace LocalInference.Cli.Doctor;

/// <summary>What <c>doctor</c> found, and what <c>doctor --json</c> writes. Sizes are in bytes.</summary>
internal sealed record DoctorReport
{
    /// <summary>Whether llama.cpp can be used in this process.</summary>
    public required bool Supported { get; init; }

    /// <summary>Why not.</summary>
    public required string? Reason { get; init; }

    /// <summary>What to do about it.</summary>
    public required string? NextStep { get; init; }

    /// <summary>What the native library says it is.</summary>
    public required string? NativeVersion { get; init; }

    /// <summary>The folder that it was loaded from.</summary>
    public required string? LibraryDirectory { get; init; }

    /// <summary>Which build of the CPU backend runs.</summary>
    public required string? CpuVariant { get; init; }

    public required IReadOnlyList<string> CpuFeatures { get; init; }

    public required IReadOnlyList<DeviceReport> Devices { get; init; }

    /// <summary>What the loader tried, in order.</summary>
    public required IReadOnlyList<ProbeReport> Probes { get; init; }

    /// <summary>The platform that the libraries must be for, such as <c>linux-x64</c>.</summary>
    public required string Platform { get; init; }

    /// <summary>Whether the libraries that we pin for this platform were ever downloaded and run by us.</summary>
    public required bool PlatformVerified { get; init; }

    /// <summary><c>LOCALINFERENCE_NATIVE_DIR</c>, if set.</summary>
    public required string? NativeDirectoryVariable { get; init; }

    /// <summary>What would make it better though it works, one sentence each.</summary>
    public required IReadOnlyList<string> Hints { get; init; }
}
