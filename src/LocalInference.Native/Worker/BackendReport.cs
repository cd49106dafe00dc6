namespace LocalInference.Native;

/// <summary>What the worker found out about a backend.</summary>
/// <param name="Devices">ggml's names of the devices it computed on.</param>
/// <param name="Computations">How many matrix products were compared.</param>
/// <param name="Fault">The first wrong result, or <see langword="null"/> when all were right.</param>
internal sealed record BackendReport(IReadOnlyList<string> Devices, int Computations, string? Fault);
