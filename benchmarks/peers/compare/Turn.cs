namespace LocalInference.Compare;

/// <summary>What one program measured when it was its turn.</summary>
/// <param name="Prefill">Tokens per second of each prefill.</param>
/// <param name="Decode">Tokens per second of each decode.</param>
/// <param name="Threads">Threads that computed.</param>
/// <param name="CpuVariant">The build of ggml's CPU backend that computed, such as <c>haswell</c>.</param>
/// <param name="NativeVersion">The release of llama.cpp, where the program says it.</param>
/// <param name="PhysicalCores">Cores, where the program counts them.</param>
/// <param name="MemoryBandwidth">Bytes per second of a streaming read with as many threads, where the program measures it.</param>
internal sealed record Turn(
    IReadOnlyList<double> Prefill,
    IReadOnlyList<double> Decode,
    int Threads,
    string? CpuVariant,
    string? NativeVersion = null,
    int? PhysicalCores = null,
    double? MemoryBandwidth = null);
