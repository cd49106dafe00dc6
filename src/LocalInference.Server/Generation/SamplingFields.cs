using LocalInference.Abstractions;
using LocalInference.Server.Http;

namespace LocalInference.Server.Generation;

/// <summary>
/// How tokens are chosen, by the names that llama-server gave the samplers and OpenAI's interface shares. Numbers are taken as they are:
/// the engine refuses what is out of range. Seeds have a meaning of their own in each interface.
/// </summary>
internal static class SamplingFields
{
    /// <summary>The fields that are read, in the notation of <see cref="RouteDescription.Body"/>.</summary>
    public const string Description =
        "temperature:number dynatemp_range:number dynatemp_exponent:number top_k:integer top_p:number min_p:number typical_p:number top_n_sigma:number "
        + "xtc_probability:number xtc_threshold:number min_keep:integer repeat_last_n:integer repeat_penalty:number frequency_penalty:number presence_penalty:number "
        + "dry_multiplier:number dry_base:number dry_allowed_length:integer dry_penalty_last_n:integer dry_sequence_breakers:array "
        + "mirostat:integer mirostat_tau:number mirostat_eta:number logit_bias:array|object";

    /// <summary>Reads all of them but the seed.</summary>
    /// <exception cref="RequestException">One is of another type.</exception>
    public static SamplingOverrides Read(JsonFields request) => new()
    {
        Temperature = request.Number("temperature"),
        DynamicTemperatureRange = request.Number("dynatemp_range"),
        DynamicTemperatureExponent = request.Number("dynatemp_exponent"),
        TopK = request.Integer("top_k"),
        TopP = request.Number("top_p"),
        MinP = request.Number("min_p"),
        TypicalP = request.Number("typical_p"),
        TopNSigma = request.Number("top_n_sigma"),
        XtcProbability = request.Number("xtc_probability"),
        XtcThreshold = request.Number("xtc_threshold"),
        MinKeep = request.Integer("min_keep"),
        PenaltyLastN = request.Integer("repeat_last_n"),
        RepeatPenalty = request.Number("repeat_penalty"),
        FrequencyPenalty = request.Number("frequency_penalty"),
        PresencePenalty = request.Number("presence_penalty"),
        DryMultiplier = request.Number("dry_multiplier"),
        DryBase = request.Number("dry_base"),
        DryAllowedLength = request.Integer("dry_allowed_length"),
        DryPenaltyLastN = request.Integer("dry_penalty_last_n"),
        DrySequenceBreakers = request.Any("dry_sequence_breakers") is null ? null : request.Texts("dry_sequence_breakers"),
        Mirostat = (MirostatMode?)request.Integer("mirostat"),
        MirostatTau = request.Number("mirostat_tau"),
        MirostatEta = request.Number("mirostat_eta"),
        LogitBias = request.Any("logit_bias") is { } bias ? LogitBias.Read(bias, $"{request.Path}logit_bias") : null,
    };
}
