using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Comparison;

/// <summary>A side of a comparison.</summary>
/// <param name="Name">As results name it.</param>
/// <param name="IsOurs">Whether it is LocalInference.</param>
/// <param name="OpenAsync">
/// Makes the target ready. Each turn opens it anew and closes it after, so that no cache of an earlier round is left and only
/// one side has memory and cores at a time.
/// </param>
internal sealed record Contestant(string Name, bool IsOurs, Func<CancellationToken, Task<ILoadTarget>> OpenAsync);
