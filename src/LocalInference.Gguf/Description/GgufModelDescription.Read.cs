using System.Collections.Immutable;

namespace LocalInference.Gguf;

/// <content>Collecting the description from an open file.</content>
public sealed partial record GgufModelDescription
{
    // Far above any model's layers; bounds the work that a hostile per-layer array can cause.
    private const int MostLayers = 65_536;

    internal static GgufModelDescription Of(GgufFile file)
    {
        GgufMetadata metadata = file.Metadata;
        string? architecture = Text(metadata, "general.architecture");
        HyperParameters parameters = new(metadata, architecture);
        long? heads = parameters.Largest("attention.head_count");
        long? embedding = parameters.Number("embedding_length");
        long? headLength = heads > 0 ? embedding / heads : null;
        long? keyLength = parameters.Number("attention.key_length") ?? headLength;
        long? valueLength = parameters.Number("attention.value_length") ?? headLength;
        long? blocks = parameters.Number("block_count");
        return new GgufModelDescription
        {
            Architecture = architecture,
            Name = Text(metadata, "general.name"),
            Type = Text(metadata, "general.type") ?? "model",
            FileType = metadata.TryGetUInt32("general.file_type", out uint fileType) ? fileType : null,
            ParameterCount = Total(file.Tensors.Select(static tensor => tensor.ElementCount)),
            TensorCount = file.Tensors.Length,
            TensorBytes = Total(file.Tensors.Select(static tensor => tensor.ByteLength)),
            TensorTypes = Usage(file.Tensors),
            ContextLength = parameters.Number("context_length"),
            EmbeddingLength = embedding,
            BlockCount = blocks,
            FeedForwardLength = parameters.Largest("feed_forward_length"),
            HeadCount = heads,
            KeyValueHeadCount = parameters.Largest("attention.head_count_kv") ?? heads,
            KeyLength = keyLength,
            ValueLength = valueLength,
            KeyValueElementsPerToken = Product(parameters.SumOverLayers("attention.head_count_kv", blocks) ?? parameters.SumOverLayers("attention.head_count", blocks), keyLength, valueLength),
            ExpertCount = parameters.Number("expert_count"),
            VocabularySize = parameters.Number("vocab_size") ?? (metadata.TryGetArray("tokenizer.ggml.tokens", out GgufArray tokens) ? tokens.Count : null),
            TokenizerModel = Text(metadata, "tokenizer.ggml.model"),
            PreTokenizer = Text(metadata, "tokenizer.ggml.pre"),
            ChatTemplate = Text(metadata, "tokenizer.chat_template"),
        };
    }

    private static string? Text(GgufMetadata metadata, string key) => metadata.TryGetString(key, out string value) ? value : null;

    private static ImmutableArray<GgufTensorTypeUsage> Usage(ImmutableArray<GgufTensorInfo> tensors) =>
    [
        .. tensors
            .GroupBy(static tensor => tensor.Type)
            .Select(static group => new GgufTensorTypeUsage(group.Key, group.Count(), Total(group.Select(static t => t.ElementCount)), Total(group.Select(static t => t.ByteLength))))
            .OrderByDescending(static usage => usage.Bytes),
    ];

    // Every tensor lies within a file, but a file of the smallest quantization can be sparse and claim 2⁶³ elements in two.
    private static long Total(IEnumerable<long> sizes)
    {
        Int128 total = 0;
        foreach (long size in sizes)
        {
            total += size;
        }

        return (long)Int128.Min(total, long.MaxValue);
    }

    private static long? Product(long? heads, long? keyLength, long? valueLength)
    {
        if (heads is not { } count || keyLength is not { } keys || valueLength is not { } values)
        {
            return null;
        }

        Int128 product = (Int128)count * ((Int128)keys + values);
        return product <= long.MaxValue ? (long)product : null;
    }

    /// <summary>The keys under the architecture's name; where layers differ, a value is an array with one number per layer.</summary>
    private readonly struct HyperParameters(GgufMetadata metadata, string? architecture)
    {
        public long? Number(string key) => metadata.TryGetInt64($"{architecture}.{key}", out long value) && value >= 0 ? value : null;

        public long? Largest(string key) => PerLayer(key) is { } layers ? layers.Max() : Number(key);

        public long? SumOverLayers(string key, long? layerCount)
        {
            if (PerLayer(key) is { } layers)
            {
                return Total(layers);
            }

            Int128? sum = (Int128?)Number(key) * layerCount;
            return sum <= long.MaxValue ? (long?)sum : null;
        }

        private List<long>? PerLayer(string key)
        {
            if (!metadata.TryGetArray($"{architecture}.{key}", out GgufArray array) || array.Count is 0 or > MostLayers)
            {
                return null;
            }

            List<long> layers = new(array.Count);
            foreach (GgufValue value in array)
            {
                if (!value.TryGetInt64(out long number) || number < 0)
                {
                    return null;
                }

                layers.Add(number);
            }

            return layers;
        }
    }
}
