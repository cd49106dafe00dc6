using System.Text.Json;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>What <c>config.json</c> says of a network, as the keys that llama.cpp reads (llama-arch.cpp of v0.5.0).</summary>
internal sealed class HyperParameters
{
    /// <summary>What to do about a model that is not known here.</summary>
    public const string UseAnother = "Use llama.cpp's own converter for this model.";

    private readonly JsonFile _config;

    private HyperParameters(JsonFile config, ModelFamily family)
    {
        _config = config;
        Family = family;
        Width = config.Count("hidden_size");
        Layers = config.Count("num_hidden_layers");
        Heads = config.Count("num_attention_heads");
        KeyHeads = config.FindCount("num_key_value_heads") ?? Heads;
        HeadLength = config.FindCount("head_dim") ?? (Width / Heads);
        VocabularySize = (int)config.Count("vocab_size");
        TiesEmbeddings = config.Flag("tie_word_embeddings") || (family.TiesEmbeddings && config.Find("tie_word_embeddings", JsonValueKind.False) is null);
        Rotary = family.IsEncoder ? null : new RotaryParameters(config, family, HeadLength);
    }

    public ModelFamily Family { get; }

    /// <summary>llama.cpp's name of the architecture.</summary>
    public string Architecture => Family.Architecture;

    public uint Heads { get; }

    public uint KeyHeads { get; }

    public int VocabularySize { get; }

    /// <summary>Whether the output is the embedding, so that a copy of it is left out.</summary>
    public bool TiesEmbeddings { get; }

    /// <summary>How positions are rotated; <see langword="null"/>: they are added.</summary>
    public RotaryParameters? Rotary { get; }

    private uint Width { get; }

    private uint Layers { get; }

    private uint HeadLength { get; }

    /// <exception cref="Abstractions.ConversionException">The network is not known, or has parts that are not.</exception>
    public static HyperParameters Read(JsonFile config)
    {
        HyperParameters parameters = new(config, ModelFamily.Of(config));
        parameters.CheckParts();
        return parameters;
    }

    public void WriteTo(GgufMetadataBuilder metadata)
    {
        string prefix = Architecture;
        metadata
            .Set($"{prefix}.vocab_size", (uint)VocabularySize)
            .Set($"{prefix}.context_length", _config.Count("max_position_embeddings"))
            .Set($"{prefix}.embedding_length", Width)
            .Set($"{prefix}.block_count", Layers)
            .Set($"{prefix}.feed_forward_length", _config.Count("intermediate_size"))
            .Set($"{prefix}.attention.head_count", Heads);
        if (Family.IsEncoder)
        {
            metadata
                .Set($"{prefix}.attention.causal", false)
                .Set($"{prefix}.attention.layer_norm_epsilon", _config.Number("layer_norm_eps") ?? 1e-12f);
            return;
        }

        metadata
            .Set($"{prefix}.attention.head_count_kv", KeyHeads)
            .Set($"{prefix}.attention.key_length", HeadLength)
            .Set($"{prefix}.attention.value_length", HeadLength)
            .Set($"{prefix}.attention.layer_norm_rms_epsilon", _config.Number("rms_norm_eps") ?? 1e-6f);
        Rotary!.WriteTo(metadata);
        WriteWindow(metadata);
        WriteCaps(metadata);
    }

    // A network that computes something else must not be taken for one that does not.
    private void CheckParts()
    {
        foreach (string part in new[] { "quantization_config", "num_local_experts", "num_experts", "layer_types", "use_sliding_window", "use_bidirectional_attention" })
        {
            if (_config.Root.TryGetProperty(part, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && !(part == "layer_types" && IsKnownPattern(value)))
            {
                throw Refuse(part, value.ToString());
            }
        }

        foreach (string part in new[] { "hidden_act", "hidden_activation" })
        {
            if (_config.Text(part) is { } activation && !activation.StartsWith(Family.Activation, StringComparison.Ordinal))
            {
                throw Refuse(part, activation);
            }
        }

        if (_config.Text("position_embedding_type") is { } positions and not "absolute")
        {
            throw Refuse("position_embedding_type", positions);
        }

        // llama.cpp takes Gemma's output from its embedding alone.
        if (Family.StoresNormsLessOne && !TiesEmbeddings)
        {
            throw Refuse("tie_word_embeddings", "false");
        }

        // Of the largest Gemma it is the width by the heads (f_attention_scale in src/models/gemma2.cpp and gemma3.cpp).
        uint scale = Layers == Family.LargestLayers ? Width / Heads : HeadLength;
        if (Family.WindowPeriod > 0 && _config.FindCount("query_pre_attn_scalar") is { } scalar && scalar != scale)
        {
            throw Refuse("query_pre_attn_scalar", $"{scalar}");
        }

        if (Family.WindowPeriod > 0 && _config.FindCount("sliding_window_pattern") is { } period && period != Family.WindowPeriod)
        {
            throw Refuse("sliding_window_pattern", $"{period}");
        }
    }

    private Abstractions.ConversionException Refuse(string part, string value) => _config.Refuse($"its {part} is '{value}', which is not known here", UseAnother, value);

    // Lists what llama.cpp assumes of the family: of each period the last layer attends to all.
    private bool IsKnownPattern(JsonElement layers) => layers.ValueKind == JsonValueKind.Array && layers.EnumerateArray().Index().All(layer =>
        layer.Item.ToString() == (Family.WindowPeriod > 0 && (layer.Index + 1) % Family.WindowPeriod > 0 ? "sliding_attention" : "full_attention"));

    // What Phi-3 has of it llama.cpp does not use, but takes for a sign that the model is no Phi-4.
    private void WriteWindow(GgufMetadataBuilder metadata)
    {
        if (Family.WindowPeriod > 0 || Family.HasLongFactors)
        {
            // transformers' default for Gemma; Phi-4 has none.
            metadata.Set($"{Architecture}.attention.sliding_window", _config.FindCount("sliding_window") ?? (Family.WindowPeriod > 0 ? 4096u : 0));
        }
    }

    private void WriteCaps(GgufMetadataBuilder metadata)
    {
        foreach (string part in new[] { "attn_logit_softcapping", "final_logit_softcapping" })
        {
            bool isNull = _config.Find(part, JsonValueKind.Null) is not null;
            float? cap = _config.Number(part);

            // llama.cpp caps all attention of Gemma 2 and none of Gemma 3; with what, it knows of Gemma 2 itself.
            if ((isNull && Architecture == "gemma2") || (cap is not null && part.StartsWith("attn", StringComparison.Ordinal) && Architecture != "gemma2"))
            {
                throw Refuse(part, isNull ? "null" : $"{cap}");
            }

            if (cap is { } given)
            {
                metadata.Set($"{Architecture}.{part}", given);
            }
        }
    }
}
