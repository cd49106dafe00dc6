using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.Ollama;

/// <summary>
/// A request's <c>options</c>: Ollama's, and those of llama.cpp's samplers that Ollama leaves out, by llama-server's names. What says
/// how a model is loaded (<c>num_gpu</c>, <c>num_thread</c>, …) or is long gone from llama.cpp (<c>tfs_z</c>, …) is checked and has no
/// effect on a request: the operator says how models are loaded. Unknown names are passed over, as Ollama does.
/// </summary>
internal sealed class OllamaOptions
{
    /// <summary>What it changes of how tokens are chosen.</summary>
    public SamplingOverrides Sampling { get; private set; } = SamplingOverrides.None;

    public IReadOnlyList<string> Stop { get; private set; } = [];

    /// <summary>The most tokens; <see langword="null"/>: no limit.</summary>
    public int? MaxTokens { get; private set; }

    public int? ContextLength { get; private set; }

    public bool IgnoreEndOfGeneration { get; private set; }

    /// <exception cref="RequestException">An option is of another type.</exception>
    public static OllamaOptions Read(JsonFields request)
    {
        var options = new OllamaOptions();
        if (request.Object("options") is { } fields)
        {
            foreach (JsonProperty option in fields.Element.EnumerateObject().Where(static option => option.Value.ValueKind != JsonValueKind.Null))
            {
                options.Set(option.Name, option.Value);
            }
        }

        return options;
    }

    private void Set(string name, JsonElement value)
    {
        switch (name)
        {
            case "num_predict":
                MaxTokens = Integer(name, value) is var most and >= 0 ? most : null;
                break;
            case "num_ctx":
                ContextLength = Integer(name, value) is var length and > 0 ? length : null;
                break;
            case "stop":
                // Clients with an empty field for it send an empty text, which Ollama passes over.
                Stop = [.. Texts(name, value).Where(static stop => stop.Length > 0)];
                break;
            case "ignore_eos":
                IgnoreEndOfGeneration = Truth(name, value);
                break;
            case "num_keep" or "num_batch" or "num_gpu" or "main_gpu" or "num_thread" or "draft_num_predict":
                _ = Integer(name, value);
                break;
            case "use_mmap" or "use_mlock" or "low_vram" or "f16_kv" or "logits_all" or "vocab_only" or "numa" or "penalize_newline":
                _ = Truth(name, value);
                break;
            case "tfs_z":
                _ = Number(name, value);
                break;
            default:
                Sampling = Sampler(Sampling, name, value);
                break;
        }
    }

    private static SamplingOverrides Sampler(SamplingOverrides sampling, string name, JsonElement value) => name switch
    {
        "temperature" => sampling with { Temperature = Number(name, value) },
        "top_k" => sampling with { TopK = Integer(name, value) },
        "top_p" => sampling with { TopP = Number(name, value) },
        "min_p" => sampling with { MinP = Number(name, value) },
        "typical_p" => sampling with { TypicalP = Number(name, value) },
        "top_n_sigma" => sampling with { TopNSigma = Number(name, value) },
        "repeat_last_n" => sampling with { PenaltyLastN = Integer(name, value) },
        "repeat_penalty" => sampling with { RepeatPenalty = Number(name, value) },
        "presence_penalty" => sampling with { PresencePenalty = Number(name, value) },
        "frequency_penalty" => sampling with { FrequencyPenalty = Number(name, value) },
        "dynatemp_range" => sampling with { DynamicTemperatureRange = Number(name, value) },
        "dynatemp_exponent" => sampling with { DynamicTemperatureExponent = Number(name, value) },
        "xtc_probability" => sampling with { XtcProbability = Number(name, value) },
        "xtc_threshold" => sampling with { XtcThreshold = Number(name, value) },
        "min_keep" => sampling with { MinKeep = Integer(name, value) },
        "dry_multiplier" => sampling with { DryMultiplier = Number(name, value) },
        "dry_base" => sampling with { DryBase = Number(name, value) },
        "dry_allowed_length" => sampling with { DryAllowedLength = Integer(name, value) },
        "dry_penalty_last_n" => sampling with { DryPenaltyLastN = Integer(name, value) },
        "dry_sequence_breakers" => sampling with { DrySequenceBreakers = Texts(name, value) },
        "mirostat" => sampling with { Mirostat = Mirostat(name, value) },
        "mirostat_tau" => sampling with { MirostatTau = Number(name, value) },
        "mirostat_eta" => sampling with { MirostatEta = Number(name, value) },

        "seed" => sampling with { Seed = Seed(name, value) },
        "logit_bias" => sampling with { LogitBias = LogitBias.Read(value, "options.logit_bias") },
        _ => sampling,
    };

    private static MirostatMode Mirostat(string name, JsonElement value) => Integer(name, value) switch
    {
        0 => MirostatMode.Off,
        1 => MirostatMode.Version1,
        2 => MirostatMode.Version2,
        _ => throw Wrong(name, "0, 1 or 2"),
    };

    // A fraction is cut off, as Ollama does.
    private static int Integer(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && Math.Abs(number) <= int.MaxValue ? (int)number : throw Wrong(name, "of type integer");

    // Negative: a random one, as in Ollama, which reads 64 bits and uses 32 of them.
    private static uint? Seed(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && Math.Abs(number) < long.MaxValue
            ? number < 0 ? null : unchecked((uint)(long)number)
            : throw Wrong(name, "of type integer");

    private static float Number(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && float.IsFinite((float)number) ? (float)number : throw Wrong(name, "of type float32");

    private static bool Truth(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "of type boolean"),
    };

    private static IReadOnlyList<string> Texts(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(static item => item.GetString()!)]
            : throw Wrong(name, "of type array of strings");

    private static RequestException Wrong(string name, string type) => RequestException.Bad($"option \"{name}\" must be {type}", $"options.{name}");
}
