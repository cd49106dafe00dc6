using System.Text.Json;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>How a network rotates queries and keys by their positions: what <c>config.json</c> says of it, as llama.cpp has it.</summary>
internal sealed class RotaryParameters
{
    // transformers' defaults.
    private const float Theta = 10000;
    private const float GlobalThetaOfGemma3 = 1_000_000;

    private readonly JsonFile _config;
    private readonly ModelFamily _family;
    private readonly JsonElement? _rope;
    private readonly uint _length;
    private readonly float _theta;
    private readonly string _type;

    /// <param name="config">The config.</param>
    /// <param name="family">Its family.</param>
    /// <param name="headLength">Elements of a head.</param>
    public RotaryParameters(JsonFile config, ModelFamily family, uint headLength)
    {
        _config = config;
        _family = family;

        // transformers 5 gathers in rope_parameters what versions before had apart; by kind of layer where there are two.
        JsonElement? gathered = config.Find("rope_parameters", JsonValueKind.Object);
        _rope = Object(gathered, "full_attention") ?? gathered ?? config.Find("rope_scaling", JsonValueKind.Object);
        _theta = Number(_rope, "rope_theta") ?? config.Number("rope_theta") ?? (family.Architecture == "gemma3" ? GlobalThetaOfGemma3 : Theta);
        _type = Text(_rope, "rope_type") ?? Text(_rope, "type") ?? "default";
        float share = Number(_rope, "partial_rotary_factor") ?? config.Number("partial_rotary_factor") ?? 1;
        _length = share is > 0 and <= 1 ? (uint)(headLength * share) : throw Refuse("partial_rotary_factor", $"{share}");
        JsonElement? local = Object(gathered, "sliding_attention");
        LocalTheta = Number(local, "rope_theta") ?? config.Number("rope_local_base_freq");
        if (Text(local, "rope_type") is { } localType and not "default")
        {
            throw Refuse("rope_type of sliding_attention", localType);
        }
    }

    /// <summary>The base of layers that attend to a window, if it is said.</summary>
    private float? LocalTheta { get; }

    /// <exception cref="Abstractions.ConversionException">Positions are scaled in a way that is not known.</exception>
    public void WriteTo(GgufMetadataBuilder metadata)
    {
        string prefix = _family.Architecture;
        metadata.Set($"{prefix}.rope.dimension_count", _length).Set($"{prefix}.rope.freq_base", _theta);
        if (LocalTheta is { } local)
        {
            metadata.Set($"{prefix}.rope.freq_base_swa", local);
        }

        if (_family.HasLongFactors)
        {
            metadata.Set($"{prefix}.rope.scaling.original_context_length", OriginalLength);
        }

        switch (_type)
        {
            case "default":
            case "llama3":
                // Nothing, or a tensor of its own.
                break;
            case "linear":
                metadata.Set($"{prefix}.rope.scaling.type", "linear").Set($"{prefix}.rope.scaling.factor", Factor);
                break;
            case "yarn" when !_family.HasLongFactors:
                metadata
                    .Set($"{prefix}.rope.scaling.type", "yarn")
                    .Set($"{prefix}.rope.scaling.factor", Factor)
                    .Set($"{prefix}.rope.scaling.original_context_length", OriginalLength);
                break;
            case "longrope" or "su" when _family.HasLongFactors:
                metadata.Set($"{prefix}.rope.scaling.attn_factor", AttentionFactor);
                break;
            default:
                throw Refuse("rope_type", _type);
        }
    }

    /// <summary>Tensors of factors that frequencies are divided by, with llama.cpp's names.</summary>
    /// <exception cref="Abstractions.ConversionException">A list is missing or of another length.</exception>
    public IEnumerable<(string Name, float[] Values)> Factors() => _type switch
    {
        "llama3" => [("rope_freqs.weight", LlamaFactors())],
        "longrope" or "su" => [("rope_factors_long.weight", List("long_factor")), ("rope_factors_short.weight", List("short_factor"))],
        _ => [],
    };

    private float Factor => Number(_rope, "factor") ?? throw Refuse("rope_scaling without a factor", _type);

    private uint OriginalLength => (uint?)Number(_rope, "original_max_position_embeddings") ?? _config.FindCount("original_max_position_embeddings") ?? _config.Count("max_position_embeddings");

    // What lengthening a context spreads attention by is made up for: √(1 + ln s / ln n), for n tokens made s times as many
    // (_compute_longrope_parameters in transformers' modeling_rope_utils.py).
    private float AttentionFactor
    {
        get
        {
            double scale = (double)_config.Count("max_position_embeddings") / OriginalLength;
            return Number(_rope, "attention_factor") ?? (scale > 1 ? (float)Math.Sqrt(1 + (Math.Log(scale) / Math.Log(OriginalLength))) : 1);
        }
    }

    // What Llama 3.1 and later divide the frequencies of positions by: 1 for short waves, the factor for long ones, and what lies
    // between for those between (_compute_llama3_parameters in the same file).
    private float[] LlamaFactors()
    {
        double factor = Number(_rope, "factor") ?? 8;
        double low = Number(_rope, "low_freq_factor") ?? 1;
        double high = Number(_rope, "high_freq_factor") ?? 4;
        double length = Number(_rope, "original_max_position_embeddings") ?? 8192;
        return [.. Enumerable.Range(0, (int)_length / 2).Select(i =>
        {
            double wave = 2 * Math.PI * Math.Pow(_theta, 2.0 * i / _length);
            double smooth = ((length / wave) - low) / (high - low);
            return (float)(wave < length / high ? 1 : wave > length / low ? factor : 1 / (((1 - smooth) / factor) + smooth));
        })];
    }

    private float[] List(string name)
    {
        float[] values = _rope is { } rope && JsonFile.Find(rope, name, JsonValueKind.Array) is { } list
            ? [.. list.EnumerateArray().Select(static value => value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float number) ? number : float.NaN)]
            : [];
        return values.Length == _length / 2 && Array.TrueForAll(values, float.IsFinite) ? values : throw Refuse(name, $"{values.Length} numbers for {_length / 2} frequencies");
    }

    private Abstractions.ConversionException Refuse(string part, string value) => _config.Refuse($"its {part} is '{value}', which is not known here", HyperParameters.UseAnother, value);

    private static JsonElement? Object(JsonElement? element, string name) => element is { } found ? JsonFile.Find(found, name, JsonValueKind.Object) : null;

    private static float? Number(JsonElement? element, string name) =>
        element is { } found && JsonFile.Find(found, name, JsonValueKind.Number) is { } value && value.TryGetSingle(out float number) ? number : null;

    private static string? Text(JsonElement? element, string name) =>
        element is { } found ? JsonFile.Find(found, name, JsonValueKind.String)?.GetString() : null;
}
