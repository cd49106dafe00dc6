using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// About how much memory a model needs, read from its file alone: nothing is loaded. Weights and KV cache are exact for
/// models whose layers all keep every token (sliding windows may keep fewer); the compute buffers are those of the CPU with
/// flash attention, about. Immutable.
/// </summary>
public sealed record MemoryEstimate
{
    /// <summary>Tokens that llama.cpp rounds a context up to (llama-context.cpp of v0.5.0).</summary>
    private const int ContextGranularity = 256;

    private const int DefaultBatchSize = 512;

    // What is alive at once in the feed-forward network: these many vectors of either width for each token. Fitted to the
    // "compute buffer size" that v0.5.0 logs on the CPU with flash attention (widths 64 to 1024, contexts 512 and 8192): it
    // meets that of Llama's shapes within 1 %, that of Gemma 3's from above.
    private const int HiddenVectors = 4;
    private const int FeedForwardVectors = 3;

    private const int Float32Bytes = 4;
    private const int Float16Bytes = 2;

    private MemoryEstimate()
    {
    }

    /// <summary>Tokens of context that it was made for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Bytes of all tensors, mapped or read.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>
    /// Bytes of keys and values in half precision for the whole context, or <see langword="null"/> where the file does not say
    /// how large they are.
    /// </summary>
    public required long? KeyValueCacheBytes { get; init; }

    /// <summary>Bytes that computing one batch takes, or <see langword="null"/> where the file lacks the sizes.</summary>
    public required long? ComputeBufferBytes { get; init; }

    /// <summary>The sum of the parts that are known.</summary>
    public long TotalBytes => Saturate((Int128)WeightBytes + (KeyValueCacheBytes ?? 0) + (ComputeBufferBytes ?? 0));

    /// <summary>Estimates from a file that is open.</summary>
    /// <param name="file">The model.</param>
    /// <param name="contextLength">Tokens of context, at least 1.</param>
    /// <param name="batchSize">Tokens computed at once, at least 1; see <see cref="LocalModelOptions.BatchSize"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public static MemoryEstimate Of(GgufFile file, int contextLength, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Of(file.Describe(), contextLength, batchSize);
    }

    /// <summary>Estimates from a file that is open, for the default batch of 512 tokens.</summary>
    /// <inheritdoc cref="Of(GgufFile, int, int)"/>
    public static MemoryEstimate Of(GgufFile file, int contextLength) => Of(file, contextLength, DefaultBatchSize);

    internal static MemoryEstimate Of(GgufModelDescription model, int contextLength, int batchSize = DefaultBatchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        long cells = CellsOf(contextLength);
        return new MemoryEstimate
        {
            ContextLength = contextLength,
            WeightBytes = model.TensorBytes,
            KeyValueCacheBytes = model.KeyValueElementsPerToken is { } elements ? Saturate((Int128)elements * Float16Bytes * cells) : null,
            ComputeBufferBytes = ComputeBuffer(model, cells, Math.Min(batchSize, contextLength)),
        };
    }

    /// <summary>KV cells that llama.cpp makes for a context.</summary>
    internal static long CellsOf(int contextLength) => ((long)contextLength + ContextGranularity - 1) / ContextGranularity * ContextGranularity;

    private static long? ComputeBuffer(GgufModelDescription model, long cells, int batchSize)
    {
        if (model.EmbeddingLength is not { } embedding)
        {
            return null;
        }

        Int128 perToken = ((Int128)embedding * HiddenVectors) + ((Int128)(model.FeedForwardLength ?? 0) * FeedForwardVectors);

        // The mask says for each token which cells it sees, in half precision for flash attention.
        Int128 mask = (Int128)cells * Float16Bytes;

        // Logits of one token; those of further sequences reuse what the layers left. (The finished ones go to a buffer of their
        // own, 4 bytes × vocabulary × sequences: 6 MiB for 49,152 tokens and 32 sequences, as v0.5.0 logs it.)
        Int128 logits = (Int128)(model.VocabularySize ?? 0) * Float32Bytes;
        return Saturate(((perToken * Float32Bytes) + mask) * batchSize + logits);
    }

    private static long Saturate(Int128 bytes) => (long)Int128.Min(bytes, long.MaxValue);
}
