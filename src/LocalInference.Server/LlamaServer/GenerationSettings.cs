using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Server.LlamaServer;

/// <summary>Writes settings by llama-server's names, as <c>/completion</c> and <c>/props</c> tell them.</summary>
internal static class GenerationSettings
{
    // llama-server's number for a random seed.
    private const uint RandomSeed = uint.MaxValue;

    /// <summary>Writes the settings of a request.</summary>
    public static void Write(Utf8JsonWriter json, LlamaServerRequest request)
    {
        json.WriteStartObject();
        Sampling(json, request.Sampling);
        json.WriteStartArray("stop");
        foreach (string stop in request.Generation.StopSequences)
        {
            json.WriteStringValue(stop);
        }

        json.WriteEndArray();
        json.WriteNumber("max_tokens", request.Generation.MaxTokens ?? -1);
        json.WriteNumber("n_predict", request.Generation.MaxTokens ?? -1);
        json.WriteBoolean("ignore_eos", request.Generation.IgnoreEndOfGeneration);
        json.WriteBoolean("stream", request.IsStreamed);
        json.WriteNumber("n_probs", request.Probabilities);
        json.WriteString("grammar", (request.Generation.Output as GrammarOutput)?.Grammar ?? "");
        json.WriteEndObject();
    }

    /// <summary>Writes the settings that requests have when they say nothing.</summary>
    public static void WriteDefaults(Utf8JsonWriter json, SamplingOptions sampling)
    {
        json.WriteStartObject();
        Sampling(json, sampling);
        json.WriteNumber("n_predict", -1);
        json.WriteBoolean("stream", false);
        json.WriteNumber("n_probs", 0);
        json.WriteEndObject();
    }

    private static void Sampling(Utf8JsonWriter json, SamplingOptions sampling)
    {
        json.WriteNumber("seed", sampling.Seed ?? RandomSeed);
        json.WriteNumber("temperature", sampling.Temperature);
        json.WriteNumber("dynatemp_range", sampling.DynamicTemperatureRange);
        json.WriteNumber("dynatemp_exponent", sampling.DynamicTemperatureExponent);
        json.WriteNumber("top_k", sampling.TopK);
        json.WriteNumber("top_p", sampling.TopP);
        json.WriteNumber("min_p", sampling.MinP);
        json.WriteNumber("top_n_sigma", sampling.TopNSigma);
        json.WriteNumber("xtc_probability", sampling.XtcProbability);
        json.WriteNumber("xtc_threshold", sampling.XtcThreshold);
        json.WriteNumber("typical_p", sampling.TypicalP);
        json.WriteNumber("min_keep", sampling.MinKeep);
        json.WriteNumber("repeat_last_n", sampling.PenaltyLastN);
        json.WriteNumber("repeat_penalty", sampling.RepeatPenalty);
        json.WriteNumber("presence_penalty", sampling.PresencePenalty);
        json.WriteNumber("frequency_penalty", sampling.FrequencyPenalty);
        json.WriteNumber("dry_multiplier", sampling.DryMultiplier);
        json.WriteNumber("dry_base", sampling.DryBase);
        json.WriteNumber("dry_allowed_length", sampling.DryAllowedLength);
        json.WriteNumber("dry_penalty_last_n", sampling.DryPenaltyLastN);
        json.WriteNumber("mirostat", (int)sampling.Mirostat);
        json.WriteNumber("mirostat_tau", sampling.MirostatTau);
        json.WriteNumber("mirostat_eta", sampling.MirostatEta);
    }
}
