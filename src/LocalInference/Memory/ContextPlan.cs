using LocalInference.Native;

namespace LocalInference;

/// <summary>How large a context is made.</summary>
internal sealed record ContextPlan
{
    /// <summary>Most requests at the same time: each has four of llama.cpp's 256 sequence ids.</summary>
    public const int MostParallel = SequenceSet.Capacity / SequencesPerRequest;

    /// <summary>Requests at the same time if nobody says how many; recurrent models have fewer.</summary>
    public const int DefaultParallel = 8;

    private const int SequencesPerRequest = 4;
    private const int DefaultParallelRecurrent = 4;

    private const int ShareOfFreeMemory = 8;

    // Their logits take memory, whether anybody guesses or not.
    private const int MostGuessedRows = 32;

    // Idle prefixes are worth memory that nobody else wants.
    private const long MostPrefixBytes = 2L << 30;

    /// <summary>Tokens that one request may have.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Requests computed at the same time.</summary>
    public required int Parallel { get; init; }

    /// <summary>KV cells of all requests together.</summary>
    public required int Cells { get; init; }

    /// <summary>Native sequence ids: those of the running requests, and if they cost little some more, which keep the prefixes of finished ones.</summary>
    public required int Sequences { get; init; }

    /// <summary>Most tokens of one step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Rows of a step whose logits are read.</summary>
    public required int Outputs { get; init; }

    /// <summary>Requests share the cells; otherwise each sequence has an equal part of them.</summary>
    public required bool IsUnified { get; init; }

    public KvCacheType KeyType { get; init; }

    public KvCacheType ValueType { get; init; }

    public bool? FlashAttention { get; init; }

    /// <inheritdoc cref="LocalModelOptions.FastPrompts"/>
    public bool FastPrompts { get; init; }

    public SpeculationMode Speculation { get; init; }

    /// <summary>Recurrent and hybrid models cannot give up a part of a sequence, nor start from a part of one.</summary>
    public required bool ForgetsWholly { get; init; }

    /// <summary>How many tokens back the layers with a sliding window see; 0: there are none. llama.cpp does not keep what lies further back.</summary>
    public int Window { get; init; }

    /// <summary>The cells lie in a GPU's memory.</summary>
    public required bool IsOnDevice { get; init; }

    /// <summary>What idle prefixes may take outside the cells.</summary>
    public required PrefixBudget PrefixBudget { get; init; }

    /// <summary>Requests at the same time of a recurrent or hybrid model, which keeps a state for each.</summary>
    public static int ParallelOfRecurrent(LocalModelOptions options) => options.Parallel ?? DefaultParallelRecurrent;

    /// <summary>Fills in what the options leave open.</summary>
    public static unsafe ContextPlan For(ModelHandle model, LocalModelOptions options, MemoryPlan memory)
    {
        bool forgetsWholly = Llama.llama_model_is_recurrent(model.Pointer) != 0 || Llama.llama_model_is_hybrid(model.Pointer) != 0;
        int plannedParallel = options.Parallel ?? DefaultParallel;
        int parallel = forgetsWholly ? ParallelOfRecurrent(options) : plannedParallel;
        return new ContextPlan
        {
            ContextLength = memory.ContextLength,
            Parallel = parallel,

            // The planner does not know which models are recurrent, and those compute fewer requests at once.
            Cells = !options.UnifiedCache ? memory.CacheLength / plannedParallel * parallel
                : options.CacheLength is null ? (int)Math.Min((long)memory.ContextLength * parallel, memory.CacheLength)
                : memory.CacheLength,
            IsUnified = options.UnifiedCache,

            // A recurrent state costs megabytes for each id, and so do cells of its own.
            Sequences = forgetsWholly || !options.UnifiedCache ? parallel : parallel * SequencesPerRequest,

            // A step has a row for each request that generates.
            BatchSize = Math.Max(parallel, memory.BatchSize),
            Outputs = parallel + (options.Speculation == SpeculationMode.Off ? 0 : MostGuessedRows),
            KeyType = options.KeyType,
            ValueType = options.ValueType,
            FlashAttention = options.FlashAttention,
            FastPrompts = options.FastPrompts,
            Speculation = options.Speculation,
            ForgetsWholly = forgetsWholly,
            Window = Llama.llama_model_n_swa(model.Pointer),
            IsOnDevice = memory.GpuLayers > 0,
            PrefixBudget = Prefixes(options),
        };
    }

    private static PrefixBudget Prefixes(LocalModelOptions options)
    {
        PrefixBudget budget = new(
            options.PrefixCacheBytes ?? Math.Min(MostPrefixBytes, FreeMemory.Read() / ShareOfFreeMemory),
            options.PrefixCacheDiskBytes,
            options.PrefixCacheDirectory ?? Path.GetTempPath());
        if (budget is { MemoryBytes: > 0, DiskBytes: > 0 })
        {
            PrefixFolder.WarnIfUnusable(budget.Directory, options.LoggerFactory);
        }

        return budget;
    }
}
