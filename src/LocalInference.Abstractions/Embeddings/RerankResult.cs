namespace LocalInference.Abstractions;

/// <summary>The answer to a <see cref="RerankRequest"/>. Immutable.</summary>
public sealed record RerankResult
{
    /// <summary>The model that scored.</summary>
    public required string Model { get; init; }

    /// <summary>The documents, best first; of equal scores the one that came first.</summary>
    public required IReadOnlyList<RankedDocument> Documents { get; init; }

    /// <summary>What the scores are.</summary>
    public required RerankScore Score { get; init; }

    /// <summary>Tokens computed for all documents together, those that are not returned included.</summary>
    public required long TokenCount { get; init; }

    /// <summary>Time from the request to its end, waiting included.</summary>
    public TimeSpan TotalDuration { get; init; }

    /// <summary>Time that the model took to load for this request; zero: it was loaded.</summary>
    public TimeSpan LoadDuration { get; init; }
}
