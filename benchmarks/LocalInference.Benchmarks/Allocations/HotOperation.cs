namespace LocalInference.Benchmarks.Allocations;

/// <summary>Something whose allocations are watched.</summary>
/// <param name="Name">Its name in <c>expected.json</c>.</param>
/// <param name="Iterations">How often it is done; the operations on whole files are slow.</param>
/// <param name="Body">Does it once.</param>
internal sealed record HotOperation(string Name, int Iterations, Action Body);
