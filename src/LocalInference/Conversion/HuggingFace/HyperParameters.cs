using System.Text.Json;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>What <c>config.json</c> says of a network, as the keys that llama.cpp reads (llama-arch.cpp of v0.5.0).</summary>
internal sealed class HyperParameters
{
    private const string UseAnother = "Use llama.cpp's own converter for this model.";

    private readonly JsonFile _config;

    private HyperParameters(JsonFile config, string architecture)
    {
        _config = config;
        Architecture = architecture;
        Width = config.Count("hidden_size");
        Heads = config.Count("num_attention_heads");
        KeyHeads = config.FindCount("num_key_value_heads") ?? Heads;
        HeadLength = config.FindCount("head_dim") ?? (Width / Heads);
        VocabularySize = (int)config.Count("vocab_size");
        TiesEmbeddings = config.Flag("tie_word_embeddings") || (architecture == "gemma" && config.Find("tie_word_embeddings", JsonValueKind.False) is null);
    }

    /// <summary>llama.cpp's name of the architecture.</summary>
    public string Architecture { get; }

    public uint Heads { get; }

    public uint KeyHeads { get; }

    public int VocabularySize { get; }

    /// <summary>Whether the output is the embedding, so that a copy of it is left out.</summary>
    public bool TiesEmbeddings { get; }

    /// <summary>Whether norms are stored as what they differ from 1 by: llama.cpp multiplies with what is stored.</summary>
    public bool StoresNormsLessOne => Architecture == "gemma";

    private uint Width { get; }

    private uint HeadLength { get; }

    /// <exception cref="Abstractions.ConversionException">The network is not known, or has parts that are not.</exception>
    public static HyperParameters Read(JsonFile config)
    {
        string name = config.Find("architectures", JsonValueKind.Array) is { } names && names.GetArrayLength() > 0 ? names[0].ToString() : "";
        string? architecture = name switch
        {
            "LlamaForCausalLM" or "MistralForCausalLM" => "llama",
            "Qwen2ForCausalLM" => "qwen2",
            "Qwen3ForCausalLM" => "qwen3",
            "GemmaForCausalLM" => "gemma",
            _ => null,
        };
        if (architecture is null)
        {
            throw config.Refuse($"its architecture is '{name}'", UseAnother, name, "LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM, GemmaForCausalLM");
        }

        // A network that computes something else must not be taken for one that does not.
        foreach (string part in new[] { "quantization_config", "num_local_experts", "num_experts", "layer_types" })
        {
            if (config.Root.TryGetProperty(part, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && !IsPlain(part, value))
            {
                throw config.Refuse($"it has {part}, which is not known here", UseAnother, part);
            }
        }

        if (config.Flag("use_sliding_window"))
        {
            throw config.Refuse("it uses a sliding window", UseAnother, "use_sliding_window");
        }

        return new HyperParameters(config, architecture);
    }

    public void WriteTo(GgufMetadataBuilder metadata)
    {
        string prefix = Architecture;
        metadata
            .Set($"{prefix}.vocab_size", (uint)VocabularySize)
            .Set($"{prefix}.context_length", _config.Count("max_position_embeddings"))
            .Set($"{prefix}.embedding_length", Width)
            .Set($"{prefix}.block_count", _config.Count("num_hidden_layers"))
            .Set($"{prefix}.feed_forward_length", _config.Count("intermediate_size"))
            .Set($"{prefix}.attention.head_count", Heads)
            .Set($"{prefix}.attention.head_count_kv", KeyHeads)
            .Set($"{prefix}.attention.key_length", HeadLength)
            .Set($"{prefix}.attention.value_length", HeadLength)
            .Set($"{prefix}.attention.layer_norm_rms_epsilon", _config.Number("rms_norm_eps") ?? 1e-6f)
            .Set($"{prefix}.rope.dimension_count", HeadLength);
        WriteRope(metadata);
    }

    // transformers 5 gathers in rope_parameters what versions before had apart.
    private void WriteRope(GgufMetadataBuilder metadata)
    {
        JsonElement? rope = _config.Find("rope_parameters", JsonValueKind.Object) ?? _config.Find("rope_scaling", JsonValueKind.Object);
        float theta = Number(rope, "rope_theta") ?? _config.Number("rope_theta") ?? 10000;
        metadata.Set($"{Architecture}.rope.freq_base", theta);
        string type = Text(rope, "rope_type") ?? Text(rope, "type") ?? "default";
        if (type is "default")
        {
            return;
        }

        float factor = Number(rope, "factor") ?? throw _config.Refuse($"its positions are scaled by '{type}' without a factor", UseAnother, type);
        switch (type)
        {
            case "linear":
                metadata.Set($"{Architecture}.rope.scaling.type", "linear").Set($"{Architecture}.rope.scaling.factor", factor);
                break;
            case "yarn":
                metadata
                    .Set($"{Architecture}.rope.scaling.type", "yarn")
                    .Set($"{Architecture}.rope.scaling.factor", factor)
                    .Set($"{Architecture}.rope.scaling.original_context_length", (uint)(Number(rope, "original_max_position_embeddings") ?? _config.Count("max_position_embeddings")));
                break;
            case "llama3":
                // Written as a tensor of its own.
                break;
            default:
                throw _config.Refuse($"its positions are scaled by '{type}'", UseAnother, type, "linear, yarn, llama3");
        }
    }

    /// <summary>
    /// What Llama 3.1 and later divide the frequencies of positions by: 1 for short waves, the factor for long ones, and what lies
    /// between for those between (compute_llama3_parameters in transformers' modeling_rope_utils.py); <see langword="null"/>: nothing.
    /// </summary>
    public float[]? FrequencyFactors()
    {
        JsonElement? rope = _config.Find("rope_parameters", JsonValueKind.Object) ?? _config.Find("rope_scaling", JsonValueKind.Object);
        if ((Text(rope, "rope_type") ?? Text(rope, "type")) != "llama3")
        {
            return null;
        }

        double theta = Number(rope, "rope_theta") ?? _config.Number("rope_theta") ?? 10000;
        double factor = Number(rope, "factor") ?? 8;
        double low = Number(rope, "low_freq_factor") ?? 1;
        double high = Number(rope, "high_freq_factor") ?? 4;
        double length = Number(rope, "original_max_position_embeddings") ?? 8192;
        return [.. Enumerable.Range(0, (int)HeadLength / 2).Select(i =>
        {
            double wave = 2 * Math.PI * Math.Pow(theta, 2.0 * i / HeadLength);
            double smooth = ((length / wave) - low) / (high - low);
            return (float)(wave < length / high ? 1 : wave > length / low ? factor : 1 / (((1 - smooth) / factor) + smooth));
        })];
    }

    // Qwen lists its layers, all of which attend to all.
    private static bool IsPlain(string part, JsonElement value) =>
        part == "layer_types" && value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static layer => layer.ToString() == "full_attention");

    private static float? Number(JsonElement? element, string name) =>
        element is { } found && JsonFile.Find(found, name, JsonValueKind.Number) is { } value && value.TryGetSingle(out float number) ? number : null;

    private static string? Text(JsonElement? element, string name) =>
        element is { } found ? JsonFile.Find(found, name, JsonValueKind.String)?.GetString() : null;
}
