namespace LocalInference.Providers;

/// <summary>How answers are kept. Immutable.</summary>
public sealed record ResponseCacheOptions
{
    /// <summary>The defaults.</summary>
    public static ResponseCacheOptions Default { get; } = new();

    /// <summary>How many answers at most; the one unused longest goes first. Default 1,000.</summary>
    public int MaxEntries { get; init; } = 1000;

    /// <summary>About how many bytes they may take together. Default 64 MiB.</summary>
    public long MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long an answer is kept. Default 1 hour.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Whether callers get each other's answers. Default: no, each <c>GenerationRequest.Caller</c> has a cache of its own, so that nobody
    /// learns from a quick answer what somebody else asked.
    /// </summary>
    public bool IsShared { get; init; }

    /// <summary>Whether the same request of somebody who comes while it is answered gets the same answer. Default: yes.</summary>
    public bool Coalesces { get; init; } = true;

    /// <summary>
    /// From which cosine on, of the embeddings of two last messages behind the same conversation, the answer to one is given to the other.
    /// What is near is not the same: "not" moves a sentence very little. <see langword="null"/>, the default: never; otherwise above 0, up to 1.
    /// </summary>
    public float? SimilarityThreshold { get; init; }

    /// <summary>The model that the embedder of similar requests is asked for; <see langword="null"/>: its default one.</summary>
    public string? EmbeddingModel { get; init; }

    internal IEnumerable<string> Faults()
    {
        if (MaxEntries < 1 || MaxBytes < 1 || TimeToLive <= TimeSpan.Zero)
        {
            yield return "MaxEntries, MaxBytes and TimeToLive of Cache have to be above 0";
        }

        if (SimilarityThreshold is not (null or (> 0 and <= 1)))
        {
            yield return "SimilarityThreshold of Cache has to be above 0 and at most 1";
        }
    }
}
