using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>
/// What <c>/completion</c> and <c>/infill</c> are asked for, apart from the prompt: llama-server's fields and defaults (llama.cpp
/// v0.5.0, tools/server), but that a model's own settings go before the defaults. What says how llama-server keeps its slots
/// (<c>id_slot</c>, <c>cache_prompt</c>, <c>n_keep</c>, …) has no meaning here and is passed over.
/// </summary>
internal sealed record LlamaServerRequest
{
    // llama.cpp's common_params_sampling; the other defaults are the same here.
    private const float DefaultTopP = 0.95f;
    private const float DefaultMinP = 0.05f;

    public required string Model { get; init; }

    public bool IsStreamed { get; init; }

    /// <summary>Whether answers tell their token ids.</summary>
    public bool ReturnsTokens { get; init; }

    /// <summary>Whether streams tell how much of the prompt is read.</summary>
    public bool ReportsProgress { get; init; }

    /// <summary>How many answers each prompt gets.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How many probable tokens are told for each place; 0: none.</summary>
    public int Probabilities { get; init; }

    /// <summary>The only fields that are wanted; empty: all.</summary>
    public required IReadOnlyList<string> ResponseFields { get; init; }

    /// <summary>How tokens are chosen, the model's own settings included.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>The request, whose input is still to be given.</summary>
    public required GenerationRequest Generation { get; init; }

    public static async Task<LlamaServerRequest> ReadAsync(ServerContext server, JsonFields request, CancellationToken cancellationToken)
    {
        string model = await LlamaServerModel.ReadAsync(server, request, cancellationToken).ConfigureAwait(false);
        SamplingOverrides own = (await server.Models.FindAsync(model, cancellationToken).ConfigureAwait(false))?.Sampling ?? SamplingOverrides.None;
        SamplingOverrides sampling = Overrides(request, own);
        int probabilities = Hard(request, "n_probs", 0, LogProbabilityFields.MostAlternatives) ?? Hard(request, "logprobs", 0, LogProbabilityFields.MostAlternatives) ?? 0;
        bool isStreamed = request.Truth("stream") ?? false;
        bool returnsTokens = request.Truth("return_tokens") ?? false;
        return new LlamaServerRequest
        {
            Model = model,
            IsStreamed = isStreamed,
            ReturnsTokens = returnsTokens,
            ReportsProgress = request.Truth("return_progress") ?? false,
            Count = Hard(request, "n_cmpl", 1, RunningAnswers.MostOfEach) ?? Hard(request, "n", 1, RunningAnswers.MostOfEach) ?? 1,
            Probabilities = probabilities,
            ResponseFields = request.Texts("response_fields"),
            Sampling = sampling.Over(own.Over(new SamplingOptions())),
            Generation = new GenerationRequest
            {
                Input = new PromptInput { Text = "" },
                Model = model,
                MaxTokens = (Hard(request, "n_predict", -1, int.MaxValue) ?? Hard(request, "max_completion_tokens", -1, int.MaxValue) ?? Hard(request, "max_tokens", -1, int.MaxValue)) is >= 0 and var most ? most : null,
                StopSequences = [.. request.TextOrTexts("stop").Where(static text => text.Length > 0)],
                Sampling = sampling,
                Output = Output(request),
                LogProbabilities = probabilities > 0 || returnsTokens ? probabilities : null,
                IgnoreEndOfGeneration = request.Truth("ignore_eos") ?? false,
                Adapters = LoraAdapters.Read(server, model, request) ?? OwnFields.Adapters(request),
                ContextLength = request.Integer("num_ctx"),
                KeepAlive = OwnFields.KeepAlive(request),
                ReportPromptProgress = isStreamed,
            },
        };
    }

    // What the shared reader takes as it is, llama-server moves into its range, passes over, or refuses.
    private static SamplingOverrides Overrides(JsonFields request, SamplingOverrides own)
    {
        SamplingOverrides given = SamplingFields.Read(request);
        return given with
        {
            Temperature = Clamp(given.Temperature, 0, float.MaxValue),
            TopK = given.TopK is { } k ? Math.Max(k, 0) : null,
            TopP = Clamp(given.TopP, 0, 1) ?? (own.TopP is null ? DefaultTopP : null),
            MinP = Clamp(given.MinP, 0, 1) ?? (own.MinP is null ? DefaultMinP : null),
            XtcProbability = Clamp(given.XtcProbability, 0, 1),
            XtcThreshold = Clamp(given.XtcThreshold, 0, 1),

            // 0 is llama-server's way to say that any number will do.
            MinKeep = Hard(request, "min_keep", 0, int.MaxValue) is { } keep ? Math.Max(keep, 1) : null,

            // -1: the whole context.
            PenaltyLastN = Hard(request, "repeat_last_n", -1, int.MaxValue),
            DryBase = given.DryBase is >= 1 and var power ? power : null,
            DryAllowedLength = Hard(request, "dry_allowed_length", 0, int.MaxValue),
            DryPenaltyLastN = Hard(request, "dry_penalty_last_n", -1, int.MaxValue),
            DrySequenceBreakers = given.DrySequenceBreakers is { Count: 0 } ? throw JsonFields.Wrong("dry_sequence_breakers", "an array of texts that is not empty") : given.DrySequenceBreakers,
            Mirostat = given.Mirostat is { } version ? (MirostatMode)Math.Clamp((int)version, (int)MirostatMode.Off, (int)MirostatMode.Version2) : null,
            Seed = Seed(request),
        };
    }

    // -1, and what it is as a number of 32 bits without a sign, stand for a random one.
    private static uint? Seed(JsonFields request) => request.Any("seed") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt64(out long seed) => seed is -1 or uint.MaxValue ? null : unchecked((uint)seed),
        _ => throw JsonFields.Wrong("seed", "a whole number"),
    };

    // A schema without any field stands for an object of any form.
    private static OutputFormat? Output(JsonFields request)
    {
        string? grammar = request.Text("grammar") is { Length: > 0 } text ? text : null;
        return (grammar, request.Any("json_schema")) switch
        {
            (null, null) => null,
            (not null, null) => new GrammarOutput(grammar),
            (null, { ValueKind: JsonValueKind.Object } schema) => schema.EnumerateObject().Any() ? new JsonSchemaOutput(schema.Clone()) : new JsonOutput(),
            (null, _) => throw JsonFields.Wrong("json_schema", "an object"),
            _ => throw RequestException.Bad("an answer has one form only: give json_schema or grammar", "grammar"),
        };
    }

    private static float? Clamp(float? value, float least, float most) => value is { } given ? Math.Clamp(given, least, most) : null;

    private static int? Hard(JsonFields request, string name, int least, int most) => request.Integer(name) switch
    {
        null => null,
        { } value when value >= least && value <= most => value,
        _ => throw JsonFields.Wrong(name, most == int.MaxValue ? $"at least {least}" : $"a number from {least} to {most}"),
    };
}
