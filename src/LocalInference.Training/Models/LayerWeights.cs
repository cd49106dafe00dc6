namespace LocalInference.Training;

/// <summary>The weights of one transformer layer.</summary>
internal sealed record LayerWeights
{
    public required Weight AttentionNorm { get; init; }

    public required Linear Query { get; init; }

    public required Linear Key { get; init; }

    public required Linear Value { get; init; }

    public required Linear Output { get; init; }

    /// <summary>Norms of each head of queries and keys (qwen3), or <see langword="null"/>.</summary>
    public Weight? QueryNorm { get; init; }

    /// <inheritdoc cref="QueryNorm"/>
    public Weight? KeyNorm { get; init; }

    public required Weight FeedForwardNorm { get; init; }

    public required Linear Gate { get; init; }

    public required Linear Up { get; init; }

    public required Linear Down { get; init; }

    /// <summary>Its linear layers, in the order in which they compute.</summary>
    public IEnumerable<Linear> Linears => [Query, Key, Value, Output, Gate, Up, Down];

    /// <summary>Its other weights.</summary>
    public IEnumerable<Weight> Vectors =>
        new[] { AttentionNorm, QueryNorm, KeyNorm, FeedForwardNorm }.Concat(Linears.Select(static l => l.Bias)).OfType<Weight>();
}
