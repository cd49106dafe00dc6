namespace LocalInference.Parity.Engine;

/// <summary>How a model is loaded. All that decides about rounding is said, so that the other side can be given the same.</summary>
/// <param name="Path">The GGUF file.</param>
internal sealed record EngineSetup(string Path)
{
    // As the engine has them for models whose sequences can be divided.
    private const int SequencesPerRequest = 4;

    /// <summary>Tokens that one request may have.</summary>
    public int ContextLength { get; init; } = 1024;

    /// <summary>Cells of the KV cache.</summary>
    public int CacheLength { get; init; } = 1024;

    /// <summary>Requests computed at a time.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Tokens of a batch, which is never cut any further.</summary>
    public int BatchSize { get; init; } = 512;

    /// <summary>Threads that compute: they divide a row's attention, so another number rounds differently.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How keys and values are stored.</summary>
    public KvCacheType CacheType { get; init; } = KvCacheType.F16;

    /// <summary>Whether attention is one operation; <see langword="null"/>: llama.cpp decides, and decides yes on the CPU.</summary>
    public bool? FlashAttention { get; init; }

    /// <summary>What finished requests may take outside the cells; <see langword="null"/>: the engine's default.</summary>
    public long? PrefixCacheBytes { get; init; }

    /// <summary>Native sequence ids of the context.</summary>
    public int Sequences => Parallel * SequencesPerRequest;

    /// <summary>Tokens of the largest step.</summary>
    public int Rows => Math.Max(Parallel, Math.Min(BatchSize, ContextLength));

    public Task<LocalModel> LoadAsync(CancellationToken cancellationToken) => LocalModel.LoadAsync(
        Path,
        new LocalModelOptions
        {
            ContextLength = ContextLength,
            CacheLength = CacheLength,
            Parallel = Parallel,
            BatchSize = BatchSize,
            Threads = Threads,
            AdaptThreads = false,
            GpuLayers = 0,
            KeyType = CacheType,
            ValueType = CacheType,
            FlashAttention = FlashAttention,
            PrefixCacheBytes = PrefixCacheBytes,
        },
        progress: null,
        cancellationToken);
}
