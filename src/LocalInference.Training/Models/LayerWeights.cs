namespace LocalInference.Training;

/// <summary>The weights of one transformer layer, and how it attends with them.</summary>
internal sealed record LayerWeights
{
    public required LayerAttention Attention { get; init; }

    public required Weight AttentionNorm { get; init; }

    public required LinearGroup QueryKeyValue { get; init; }

    public required Linear Output { get; init; }

    /// <summary>Norms of each head of queries and keys, or <see langword="null"/>.</summary>
    public Weight? QueryNorm { get; init; }

    /// <inheritdoc cref="QueryNorm"/>
    public Weight? KeyNorm { get; init; }

    /// <summary>The norm of what attention adds, or <see langword="null"/>.</summary>
    public Weight? PostAttentionNorm { get; init; }

    public required Weight FeedForwardNorm { get; init; }

    public required LinearGroup GateUp { get; init; }

    public required Linear Down { get; init; }

    /// <summary>The norm of what the feed-forward network adds, or <see langword="null"/>.</summary>
    public Weight? PostFeedForwardNorm { get; init; }

    /// <summary>Its linear layers, in the order in which they compute.</summary>
    public IEnumerable<Linear> Linears => [.. QueryKeyValue.Linears, Output, .. GateUp.Linears, Down];

    /// <summary>Its other weights.</summary>
    public IEnumerable<Weight> Vectors =>
        new[] { AttentionNorm, QueryNorm, KeyNorm, PostAttentionNorm, FeedForwardNorm, PostFeedForwardNorm }.Concat(Linears.Select(static l => l.Bias)).OfType<Weight>();
}
