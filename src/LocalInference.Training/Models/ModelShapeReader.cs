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
    /// <summary>The key of <see cref="OriginalContextLength"/>, after the architecture.</summary>
    public const string OriginalContextKey = "rope.scaling.original_context_length";

    private const string LongRope = "longrope";

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
        "rope.scaling.attn_factor",
        OriginalContextKey,
        "rope.scaling.finetuned");

    /// <summary>Reads them.</summary>
    /// <exception cref="TrainingException">The architecture, or a key of it, is none that the trainer knows.</exception>
    public static ModelShape Read(GgufFile file)
    {
        string architecture = file.Metadata.TryGetString("general.architecture", out string value) ? value : "";
        if (!ArchitectureTraits.All.TryGetValue(architecture, out ArchitectureTraits? traits))
        {
            throw ExceptionFactory.Untrainable(file.Path, $"its architecture is '{architecture}'", architecture, string.Join(", ", ArchitectureTraits.All.Keys.Order(StringComparer.Ordinal)));
        }

        Reader reader = new(file, architecture);
        reader.RefuseUnknown(traits.Keys);
        int width = reader.Count("embedding_length");
        int heads = reader.Count("attention.head_count");
        int length = reader.CountOr("attention.key_length", width / heads);
        int layers = reader.Count("block_count");
        reader.RequireEqual("attention.value_length", reader.CountOr("attention.value_length", length), length);
        RopeSettings rope = new()
        {
            // ModelFileCheck has refused those that llama.cpp would.
            Dimensions = reader.CountOr("rope.dimension_count", length),
            IsNeox = traits.IsNeox,
            FrequencyBase = reader.NumberOr("rope.freq_base", 10000),
            FrequencyScale = reader.FrequencyScale(),
            Factors = RopeFactors.Of(null, reader.NumberOr("rope.scaling.attn_factor", 1)),
        };
        return new ModelShape
        {
            Architecture = architecture,
            Layers = layers,
            Width = width,
            FeedForwardWidth = reader.Count("feed_forward_length"),
            Heads = heads,
            KeyValueHeads = reader.CountOr("attention.head_count_kv", heads),
            HeadLength = length,
            VocabularySize = checked((int)(file.FindTensor("token_embd.weight")?.Dimensions is { Length: 2 } d ? d[1] : throw ExceptionFactory.Untrainable(file.Path, "it has no token embeddings"))),
            ContextLength = reader.Count("context_length"),
            NormEpsilon = reader.Number("attention.layer_norm_rms_epsilon"),
            Rope = rope,
            Window = Window(reader, traits, rope),
            ScoreScale = 1 / MathF.Sqrt(layers == traits.LargestLayers ? width / heads : length),
            ScoreCap = reader.NumberOr("attn_logit_softcapping", traits.ScoreCap),
            LogitCap = reader.NumberOr("final_logit_softcapping", traits.LogitCap),
            EmbeddingScale = traits.ScalesEmbedding ? MathF.Sqrt(width) : 1,
            Activation = traits.Activation,
            HasHeadNorms = traits.HasHeadNorms,
            HasPostNorms = traits.HasPostNorms,
        };
    }

    /// <summary>
    /// The context that a model was made for before it was made for more, in tokens: in a longer one its frequencies have other divisors.
    /// <see langword="null"/>: they have not.
    /// </summary>
    /// <param name="file">The model.</param>
    /// <param name="shape">Its shape.</param>
    public static int? OriginalContextLength(GgufFile file, ModelShape shape)
    {
        Reader reader = new(file, shape.Architecture);
        return ArchitectureTraits.All[shape.Architecture].HasLongFactors || reader.Scaling == LongRope ? reader.CountOr(OriginalContextKey, shape.ContextLength) : null;
    }

    private static SlidingWindow? Window(Reader reader, ArchitectureTraits traits, RopeSettings rope)
    {
        int length = traits.WindowGroup == 0 ? 0 : reader.CountOr("attention.sliding_window", traits.WindowLength);
        return length == 0
            ? null
            : new SlidingWindow(
                length,
                reader.CountOr("attention.sliding_window_pattern", traits.WindowGroup),
                reader.NumberOr("rope.freq_base_swa", traits.WindowFrequencyBase == 0 ? rope.FrequencyBase : traits.WindowFrequencyBase),
                traits.WindowFrequencyBase == 0 ? rope.FrequencyScale : 1);
    }

    private sealed class Reader(GgufFile file, string architecture)
    {
        public string Scaling { get; } = file.Metadata.TryGetString($"{architecture}.rope.scaling.type", out string value) ? value : "linear";

        public void RefuseUnknown(IReadOnlyList<string> own)
        {
            string prefix = architecture + ".";
            foreach (string key in file.Metadata.Select(static p => p.Key).Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && !s_known.Contains(k[prefix.Length..]) && !own.Contains(k[prefix.Length..], StringComparer.Ordinal)))
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

        // Linear scaling, llama.cpp's default, divides positions, and so does longrope where a factor is told; yarn needs more than that.
        public float FrequencyScale() => Scaling switch
        {
            "none" => 1,
            "linear" or LongRope => 1 / NumberOr("rope.scaling.factor", 1),
            _ => throw ExceptionFactory.Untrainable(file.Path, $"it scales positions by '{Scaling}'", Scaling, "none, linear, longrope"),
        };

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
