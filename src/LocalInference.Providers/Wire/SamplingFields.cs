using System.Collections.Frozen;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Writes how tokens are chosen, in the names that a provider has for it.</summary>
internal sealed class SamplingFields
{
    private static readonly (string Option, Func<SamplingOverrides, object?> Value)[] s_options =
    [
        (nameof(SamplingOverrides.Temperature), static s => s.Temperature),
        (nameof(SamplingOverrides.TopP), static s => s.TopP),
        (nameof(SamplingOverrides.TopK), static s => s.TopK),
        (nameof(SamplingOverrides.MinP), static s => s.MinP),
        (nameof(SamplingOverrides.TypicalP), static s => s.TypicalP),
        (nameof(SamplingOverrides.TopNSigma), static s => s.TopNSigma),
        (nameof(SamplingOverrides.FrequencyPenalty), static s => s.FrequencyPenalty),
        (nameof(SamplingOverrides.PresencePenalty), static s => s.PresencePenalty),
        (nameof(SamplingOverrides.RepeatPenalty), static s => s.RepeatPenalty),
        (nameof(SamplingOverrides.PenaltyLastN), static s => s.PenaltyLastN),
        (nameof(SamplingOverrides.Seed), static s => s.Seed),
        (nameof(SamplingOverrides.LogitBias), static s => s.LogitBias),
        (nameof(SamplingOverrides.DynamicTemperatureRange), static s => s.DynamicTemperatureRange),
        (nameof(SamplingOverrides.DynamicTemperatureExponent), static s => s.DynamicTemperatureExponent),
        (nameof(SamplingOverrides.XtcProbability), static s => s.XtcProbability),
        (nameof(SamplingOverrides.XtcThreshold), static s => s.XtcThreshold),
        (nameof(SamplingOverrides.MinKeep), static s => s.MinKeep),
        (nameof(SamplingOverrides.DryMultiplier), static s => s.DryMultiplier),
        (nameof(SamplingOverrides.DryBase), static s => s.DryBase),
        (nameof(SamplingOverrides.DryAllowedLength), static s => s.DryAllowedLength),
        (nameof(SamplingOverrides.DryPenaltyLastN), static s => s.DryPenaltyLastN),
        (nameof(SamplingOverrides.DrySequenceBreakers), static s => s.DrySequenceBreakers),
        (nameof(SamplingOverrides.Mirostat), static s => (int?)s.Mirostat),
        (nameof(SamplingOverrides.MirostatTau), static s => s.MirostatTau),
        (nameof(SamplingOverrides.MirostatEta), static s => s.MirostatEta),
    ];

    private readonly FrozenDictionary<string, string> _names;

    /// <summary>Fields by the options they stand for.</summary>
    public SamplingFields(params IEnumerable<(string Option, string Field)> names) =>
        _names = names.ToFrozenDictionary(static name => name.Option, static name => name.Field, StringComparer.Ordinal);

    /// <summary>OpenAI's own.</summary>
    public static SamplingFields OpenAI { get; } = new(OpenAINames);

    /// <summary>vLLM's, and SGLang's.</summary>
    public static SamplingFields Vllm { get; } = new([.. OpenAINames, (nameof(SamplingOverrides.TopK), "top_k"), (nameof(SamplingOverrides.MinP), "min_p"), (nameof(SamplingOverrides.RepeatPenalty), "repetition_penalty")]);

    /// <summary>Ollama's <c>options</c>, and this library's own server's fields.</summary>
    public static SamplingFields Ollama { get; } = new([.. OpenAINames.Where(static name => name.Field != "logit_bias"), .. LocalNames]);

    /// <summary>This library's own server's, in OpenAI's interface.</summary>
    public static SamplingFields LocalInference { get; } = new([.. OpenAINames, .. LocalNames]);

    /// <summary>llama-server's: all that llama.cpp has.</summary>
    public static SamplingFields LlamaServer { get; } = new(
        [
            .. OpenAINames, .. LocalNames,
            (nameof(SamplingOverrides.TopNSigma), "top_n_sigma"),
            (nameof(SamplingOverrides.DynamicTemperatureRange), "dynatemp_range"),
            (nameof(SamplingOverrides.DynamicTemperatureExponent), "dynatemp_exponent"),
            (nameof(SamplingOverrides.XtcProbability), "xtc_probability"),
            (nameof(SamplingOverrides.XtcThreshold), "xtc_threshold"),
            (nameof(SamplingOverrides.MinKeep), "min_keep"),
            (nameof(SamplingOverrides.DryMultiplier), "dry_multiplier"),
            (nameof(SamplingOverrides.DryBase), "dry_base"),
            (nameof(SamplingOverrides.DryAllowedLength), "dry_allowed_length"),
            (nameof(SamplingOverrides.DryPenaltyLastN), "dry_penalty_last_n"),
            (nameof(SamplingOverrides.DrySequenceBreakers), "dry_sequence_breakers"),
            (nameof(SamplingOverrides.Mirostat), "mirostat"),
            (nameof(SamplingOverrides.MirostatTau), "mirostat_tau"),
            (nameof(SamplingOverrides.MirostatEta), "mirostat_eta"),
        ]);

    /// <summary>Anthropic's.</summary>
    public static SamplingFields Anthropic { get; } = new(
        (nameof(SamplingOverrides.Temperature), "temperature"), (nameof(SamplingOverrides.TopP), "top_p"), (nameof(SamplingOverrides.TopK), "top_k"));

    private static (string Option, string Field)[] OpenAINames =>
    [
        (nameof(SamplingOverrides.Temperature), "temperature"),
        (nameof(SamplingOverrides.TopP), "top_p"),
        (nameof(SamplingOverrides.FrequencyPenalty), "frequency_penalty"),
        (nameof(SamplingOverrides.PresencePenalty), "presence_penalty"),
        (nameof(SamplingOverrides.Seed), "seed"),
        (nameof(SamplingOverrides.LogitBias), "logit_bias"),
    ];

    private static (string Option, string Field)[] LocalNames =>
    [
        (nameof(SamplingOverrides.TopK), "top_k"),
        (nameof(SamplingOverrides.MinP), "min_p"),
        (nameof(SamplingOverrides.TypicalP), "typical_p"),
        (nameof(SamplingOverrides.RepeatPenalty), "repeat_penalty"),
        (nameof(SamplingOverrides.PenaltyLastN), "repeat_last_n"),
    ];

    /// <summary>Writes what a request sets.</summary>
    /// <exception cref="GenerationException">The provider has no field for something that is set (<c>option_unsupported</c>).</exception>
    public void Write(Utf8JsonWriter json, SamplingOverrides sampling, string provider)
    {
        if (ReferenceEquals(sampling, SamplingOverrides.None))
        {
            return;
        }

        foreach ((string option, Func<SamplingOverrides, object?> value) in s_options)
        {
            if (value(sampling) is { } set)
            {
                json.WritePropertyName(_names.TryGetValue(option, out string? name) ? name : throw ExceptionFactory.OptionUnsupported(provider, option));
                WriteValue(json, set);
            }
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case float number:
                json.WriteNumberValue(number);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case uint number:
                json.WriteNumberValue(number);
                break;
            case IReadOnlyList<string> texts:
                json.WriteStartArray();
                foreach (string text in texts)
                {
                    json.WriteStringValue(text);
                }

                json.WriteEndArray();
                break;
            case IReadOnlyDictionary<int, float> bias:
                json.WriteStartObject();
                foreach ((int token, float amount) in bias)
                {
                    // OpenAI's range ends at 100, which forbids or forces; JSON has no infinity.
                    json.WriteNumber(token.ToString(System.Globalization.CultureInfo.InvariantCulture), Math.Clamp(amount, -100, 100));
                }

                json.WriteEndObject();
                break;
        }
    }
}
