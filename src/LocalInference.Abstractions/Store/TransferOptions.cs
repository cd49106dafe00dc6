namespace LocalInference.Abstractions;

/// <summary>How models are exchanged with a registry, in either direction. Immutable.</summary>
public abstract record TransferOptions
{
    private protected TransferOptions()
    {
    }

    /// <summary>Speaks HTTP without encryption to the host that the model's name names. Default: no.</summary>
    public bool AllowInsecure { get; init; }

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
    /// Who signs in where, by host, with the port if the name has one. Each is told to that host alone, when it asks, and over HTTPS unless
    /// the host is this machine. <see langword="null"/>: <c>LOCALINFERENCE_REGISTRY_USER</c> and <c>LOCALINFERENCE_REGISTRY_PASSWORD</c> for
    /// the host in <c>LOCALINFERENCE_REGISTRY_HOST</c>, else what Docker has stored in <c>config.json</c> below <c>DOCKER_CONFIG</c> or
    /// <c>~/.docker</c>, if nobody else can read that file.
    /// </summary>
    public IReadOnlyDictionary<string, RegistryCredential>? Credentials { get; init; }

    /// <summary>Whether models go to the registry.</summary>
    internal abstract bool IsUpload { get; }

    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    private protected static void ValidateTransfer(TransferOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxBytesPerSecond ?? 1, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.StallTimeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Retries, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RetryDelay, TimeSpan.Zero, nameof(options));
    }
}
