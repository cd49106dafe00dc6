namespace LocalInference.Abstractions;

/// <summary>How far a store is with what it does. Immutable.</summary>
/// <param name="Status">What it does, in Ollama's words: <c>pulling manifest</c>, <c>verifying sha256 digest</c>, <c>success</c>, …</param>
public sealed record StoreProgress(string Status)
{
    /// <summary>The blob that this is about, as <c>sha256:</c> and 64 digits; <see langword="null"/>: none.</summary>
    public string? Digest { get; init; }

    /// <summary>Bytes that there are to do; <see langword="null"/>: not counted.</summary>
    public long? Total { get; init; }

    /// <summary>Bytes that are done; <see langword="null"/>: not counted.</summary>
    public long? Completed { get; init; }

    /// <summary>Bytes per second of late, of what comes or goes over a network; <see langword="null"/>: not known.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>How long the rest takes at that rate; <see langword="null"/>: not known.</summary>
    public TimeSpan? TimeLeft { get; init; }
}
