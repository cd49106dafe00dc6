namespace LocalInference.Abstractions;

/// <summary>The vectors of an <see cref="EmbeddingRequest"/>. Immutable.</summary>
public sealed record EmbeddingResult
{
    /// <summary>The model that made them.</summary>
    public required string Model { get; init; }

    /// <summary>One for each text, in the order of the request.</summary>
    public required IReadOnlyList<TextEmbedding> Embeddings { get; init; }

    /// <summary>Time from the request to its end, waiting included.</summary>
    public TimeSpan TotalDuration { get; init; }

    /// <summary>Time that the model took to load for this request; zero: it was loaded.</summary>
    public TimeSpan LoadDuration { get; init; }

    /// <summary>Tokens computed for all texts together.</summary>
    public long TokenCount
    {
        get
        {
            long count = 0;
            foreach (TextEmbedding embedding in Embeddings)
            {
                count += embedding.TokenCount;
            }

            return count;
        }
    }
}
