using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;

namespace LocalInference.Server.Ollama;

/// <summary>Fields that several of Ollama's requests have.</summary>
internal static class OllamaFields
{
    /// <summary>The form of the answer: <c>format</c>, or this server's own <c>grammar</c> (GBNF), <c>choices</c> or <c>regex</c>.</summary>
    public static OutputFormat? Output(JsonFields request)
    {
        OutputFormat?[] forms =
        [
            Format(request),
            request.Text("grammar") is { Length: > 0 } grammar ? new GrammarOutput(grammar) : null,
            request.Any("choices") is null ? null : new ChoiceOutput(request.Texts("choices")),
            request.Text("regex") is { Length: > 0 } pattern ? new RegexOutput(pattern) : null,
        ];
        OutputFormat[] given = [.. forms.OfType<OutputFormat>()];
        return given.Length <= 1 ? given.FirstOrDefault() : throw RequestException.Bad("an answer has one form only: give one of format, grammar, choices and regex", "format");
    }

    /// <summary><c>think</c>: whether to think, or how much.</summary>
    /// <param name="request">The request.</param>
    /// <param name="wanted">Whether thoughts are asked for, which a model that has none refuses.</param>
    public static ReasoningSettings Think(JsonFields request, out bool wanted)
    {
        ReasoningSettings settings = request.Any("think") switch
        {
            null => ReasoningSettings.Default,
            { ValueKind: JsonValueKind.True } => new ReasoningSettings { Enabled = true },
            { ValueKind: JsonValueKind.False } => new ReasoningSettings { Enabled = false },
            { ValueKind: JsonValueKind.String } level when level.GetString() is "low" or "medium" or "high" or "max" => new ReasoningSettings { Enabled = true, Effort = level.GetString() },
            _ => throw RequestException.Bad("invalid think value: it must be true, false, \"low\", \"medium\", \"high\" or \"max\"", "think"),
        };
        wanted = settings.Enabled == true;
        return settings;
    }

    /// <summary><c>truncate</c> and <c>shift</c>, both on by default.</summary>
    public static ContextOverflowPolicy Overflow(JsonFields request) =>
        (request.Truth("truncate") ?? true, request.Truth("shift") ?? true) switch
        {
            (false, _) => ContextOverflowPolicy.Error,
            (true, false) => ContextOverflowPolicy.DropOldestMessages,
            (true, true) => ContextOverflowPolicy.Shift,
        };

    /// <summary><c>logprobs</c> and <c>top_logprobs</c>.</summary>
    public static int? LogProbabilities(JsonFields request)
    {
        int top = request.Integer("top_logprobs") ?? 0;
        return top is < 0 or > LogProbabilityFields.MostAlternatives ? throw RequestException.Bad($"top_logprobs must be between 0 and {LogProbabilityFields.MostAlternatives}", "top_logprobs")
            : request.Truth("logprobs") == true ? top
            : null;
    }

    private static OutputFormat? Format(JsonFields request) => request.Any("format") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } word when word.GetString() is "" => null,
        { ValueKind: JsonValueKind.String } word when word.GetString() is "json" => new JsonOutput(),
        { ValueKind: JsonValueKind.Object } schema => new JsonSchemaOutput(schema.Clone()),
        _ => throw RequestException.Bad("invalid format: expected \"json\" or a JSON schema", "format"),
    };
}
