using System.Collections.Immutable;

namespace LocalInference.Gguf;

/// <content>Collecting the description from an open file.</content>
public sealed partial record GgufModelDescription
{
    // Far above any model's layers; bounds the work that a hostile per-layer array can cause.
    private const int MostLayers = 65_536;

    private const long UsualAttentionInterval = 4;

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
        ImmutableArray<bool> recurrent = parameters.Recurrent(blocks);
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
            KeyValueElementsPerToken = Product(
                parameters.SumOverAttention("attention.head_count_kv", blocks, recurrent) ?? parameters.SumOverAttention("attention.head_count", blocks, recurrent),
                keyLength,
                valueLength),
            RecurrentLayers = recurrent,
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

        public long? SumOverAttention(string key, long? layerCount, ImmutableArray<bool> recurrent)
        {
            if (PerLayer(key) is { } layers)
            {
                return Total(layers.Where((_, layer) => layer >= recurrent.Length || !recurrent[layer]));
            }

            Int128? sum = (Int128?)Number(key) * (layerCount - recurrent.Count(static isRecurrent => isRecurrent));
            return sum <= long.MaxValue ? (long?)sum : null;
        }

        // As load_arch_hparams of these models in llama.cpp v0.5.0 reads it: what is stated goes first, else every so many-th layer
        // attends, and those behind the others that only predict tokens further on.
        public ImmutableArray<bool> Recurrent(long? layerCount)
        {
            if (architecture is not ("qwen3next" or "qwen35" or "qwen35moe") || layerCount is not (> 0 and <= MostLayers and { } count))
            {
                return [];
            }

            if (metadata.TryGetArray($"{architecture}.attention.recurrent_layers", out GgufArray stated) && stated.Count == count)
            {
                return [.. stated.Select(static layer => layer.TryGetBoolean(out bool isSet) ? isSet : layer.TryGetInt64(out long number) && number != 0)];
            }

            long interval = Number("full_attention_interval") is > 0 and { } given ? given : UsualAttentionInterval;
            long trunk = count - (Number("nextn_predict_layers") ?? 0);
            return [.. Enumerable.Range(0, (int)count).Select(layer => layer < trunk && (layer + 1) % interval != 0)];
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
