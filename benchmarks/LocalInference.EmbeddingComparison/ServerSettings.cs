namespace LocalInference.EmbeddingComparison;

/// <summary>Settings of llama-server that decide how texts are packed.</summary>
/// <param name="Slots"><c>--parallel</c>: texts of one batch.</param>
/// <param name="Rows"><c>--ubatch-size</c>: tokens of one batch.</param>
internal sealed record ServerSettings(int Slots, int Rows)
{
    /// <summary>What is tried to find the best: as shipped, and more slots with smaller and larger batches.</summary>
    public static IReadOnlyList<ServerSettings> Candidates { get; } = [new(4, 512), new(16, 512), new(32, 512), new(64, 512), new(64, 2048)];

    public override string ToString() => $"-np {Slots} -ub {Rows}";
}
