using System.Collections.Frozen;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>
/// Reads hyper-parameters, and refuses those whose meaning it does not know: a function that is nearly the model's would train
/// without a complaint, and be wrong. Keys are those of llama.cpp v0.5.0 (llama-arch.cpp).
/// </summary>
internal static class ModelShapeReader
{
    // ggml_rope_type of each, by llama_model_rope_type in llama-model.cpp.
    private static readonly FrozenDictionary<string, bool> s_architectures = new Dictionary<string, bool>(StringComparer.Ordinal)
    {
        ["llama"] = false,
        ["qwen2"] = true,
        ["qwen3"] = true,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_known = FrozenSet.Create(
        StringComparer.Ordinal,
        "vocab_size",
        "context_length",
        "embedding_length",
        "block_count",
        "feed_forward_length",
        "attention.head_count",
        "attention.head_count_kv",
        "attention.layer_norm_rms_epsilon",
        "attention.key_length",
        "attention.value_length",
        "rope.dimension_count",
        "rope.freq_base",
        "rope.scaling.type",
        "rope.scaling.factor",
        "rope.scaling.original_context_length",
        "rope.scaling.finetuned");

    /// <summary>Architectures that can be trained.</summary>
    public static IEnumerable<string> Architectures => s_architectures.Keys.Order(StringComparer.Ordinal);

    /// <summary>Reads them.</summary>
    /// <exception cref="TrainingException">The architecture, or a key of it, is none that the trainer knows.</exception>
    public static ModelShape Read(GgufFile file)
    {
        string architecture = file.Metadata.TryGetString("general.architecture", out string value) ? value : "";
        if (!s_architectures.TryGetValue(architecture, out bool isNeox))
        {
            throw ExceptionFactory.Untrainable(file.Path, $"its architecture is '{architecture}'", architecture, string.Join(", ", Architectures));
        }

        Reader reader = new(file, architecture);
        reader.RefuseUnknown();
        int width = reader.Count("embedding_length");
        int heads = reader.Count("attention.head_count");
        int length = reader.CountOr("attention.key_length", width / heads);
        int dimensions = reader.CountOr("rope.dimension_count", length);
        reader.RequireEqual("attention.value_length", reader.CountOr("attention.value_length", length), length);
        reader.RequireEqual("rope.dimension_count", dimensions, length);
        return new ModelShape
        {
            Architecture = architecture,
            Layers = reader.Count("block_count"),
            Width = width,
            FeedForwardWidth = reader.Count("feed_forward_length"),
            Heads = heads,
            KeyValueHeads = reader.CountOr("attention.head_count_kv", heads),
            HeadLength = length,
            VocabularySize = checked((int)(file.FindTensor("token_embd.weight")?.Dimensions is { Length: 2 } d ? d[1] : throw ExceptionFactory.Untrainable(file.Path, "it has no token embeddings"))),
            ContextLength = reader.Count("context_length"),
            NormEpsilon = reader.Number("attention.layer_norm_rms_epsilon"),
            Rope = new RopeSettings
            {
                Dimensions = dimensions,
                IsNeox = isNeox,
                FrequencyBase = reader.NumberOr("rope.freq_base", 10000),
                FrequencyScale = reader.FrequencyScale(),
            },
        };
    }

    private sealed class Reader(GgufFile file, string architecture)
    {
        public void RefuseUnknown()
        {
            string prefix = architecture + ".";
            foreach (string key in file.Metadata.Select(static p => p.Key).Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && !s_known.Contains(k[prefix.Length..])))
            {
                throw ExceptionFactory.Untrainable(file.Path, $"it has the hyper-parameter '{key}', which the trainer does not know", key);
            }
        }

        public int Count(string name)
        {
            string key = $"{architecture}.{name}";
            return file.Metadata.TryGetUInt32(key, out uint value) && value is > 0 and <= int.MaxValue
                ? (int)value
                : throw ExceptionFactory.Untrainable(file.Path, $"'{key}' is missing, or not one positive number");
        }

        public int CountOr(string name, int fallback) => Has(name) ? Count(name) : fallback;

        public float Number(string name)
        {
            string key = $"{architecture}.{name}";
            return file.Metadata.TryGetSingle(key, out float value) && float.IsFinite(value) && value > 0
                ? value
                : throw ExceptionFactory.Untrainable(file.Path, $"'{key}' is missing, or not a positive number");
        }

        public float NumberOr(string name, float fallback) => Has(name) ? Number(name) : fallback;

        // Linear scaling, llama.cpp's default, divides positions; everything else needs more than a factor.
        public float FrequencyScale()
        {
            string type = file.Metadata.TryGetString($"{architecture}.rope.scaling.type", out string value) ? value : "linear";
            return type switch
            {
                "none" => 1,
                "linear" => 1 / NumberOr("rope.scaling.factor", 1),
                _ => throw ExceptionFactory.Untrainable(file.Path, $"it scales positions by '{type}'", type, "none, linear"),
            };
        }

        public void RequireEqual(string name, int value, int expected)
        {
            if (value != expected)
            {
                throw ExceptionFactory.Untrainable(file.Path, $"'{architecture}.{name}' is {value}, and heads have {expected} elements", $"{value}", $"{expected}");
            }
        }

        private bool Has(string name) => file.Metadata.TryGetValue($"{architecture}.{name}", out _);
    }
}
