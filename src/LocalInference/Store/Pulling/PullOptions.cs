namespace LocalInference;

/// <summary>How models are downloaded. Immutable.</summary>
public sealed record PullOptions
{
    /// <summary>Speaks HTTP without encryption to the host that the model's name names. Default: no.</summary>
    public bool AllowInsecure { get; init; }

    /// <summary>Connections that carry parts of one file at the same time, 1 to 64. Default 4.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Most bytes per second, all connections together. <see langword="null"/>: no limit.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>After how long without as much as 16 KiB a connection is given up and made anew. Default: 30 s, as in Ollama.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often in a row a request is repeated that brought nothing. Default 6, as in Ollama.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>How long the first repetition waits; each further one twice as long, at most 30 s, or as long as the server asks for. Default: 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The only hosts that are spoken to, redirections included. <see langword="null"/>: any.</summary>
    public IReadOnlyCollection<string>? AllowedHosts { get; init; }

    /// <summary>
    /// Where to go in place of a host, by its name. <see langword="null"/>: where <c>HF_ENDPOINT</c> says in place of <c>hf.co</c> and
    /// <c>huggingface.co</c>.
    /// </summary>
    public IReadOnlyDictionary<string, Uri>? Mirrors { get; init; }

    /// <summary>
    /// The token for <c>hf.co</c> and <c>huggingface.co</c>, sent to no other host but their mirrors. <see langword="null"/>:
    /// <c>HF_TOKEN</c>; empty: none.
    /// </summary>
    public string? HuggingFaceToken { get; init; }

    /// <summary>Bytes that one request asks for, and that are asked for again at most where a download was broken off in the middle of them.</summary>
    internal int ChunkBytes { get; init; } = 16 << 20;

    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    internal static void Validate(PullOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Connections, 64, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytesPerSecond ?? 1, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.StallTimeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Retries, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RetryDelay, TimeSpan.Zero, nameof(options));
    }
}
