namespace LocalInference.Native;

/// <summary>How loading llama.cpp went in another process.</summary>
/// <param name="Supported">Whether it can be used.</param>
/// <param name="Reason">Why not.</param>
/// <param name="NextStep">What to do about it.</param>
/// <param name="Directory">The folder whose libraries were loaded.</param>
/// <param name="Version">What <c>llama_version</c> said.</param>
/// <param name="CpuVariant">The CPU build in use.</param>
/// <param name="Devices">Devices of all backends.</param>
/// <param name="Trace">Everything the loader tried.</param>
internal sealed record RuntimeReport(
    bool Supported,
    string? Reason,
    string? NextStep,
    string? Directory,
    string? Version,
    string? CpuVariant,
    IReadOnlyList<ComputeDevice> Devices,
    IReadOnlyList<ProbeStep> Trace);
