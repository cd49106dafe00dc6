using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;

namespace LocalInference.Server.Ollama;

/// <summary>Fields that several of Ollama's requests have.</summary>
internal static class OllamaFields
{
    private const int MostLogProbabilities = 20;

    /// <summary>How long the model stays loaded: seconds or a Go duration, negative for ever; <see langword="null"/>: as it is configured.</summary>
    public static TimeSpan? KeepAlive(JsonFields request)
    {
        const string Field = "keep_alive";
        string? error = null;
        TimeSpan? time = request.Any(Field) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out double seconds) => GoDuration.OfSeconds(seconds),
            { ValueKind: JsonValueKind.String } text => GoDuration.Parse(text.GetString()!, out error) ?? throw RequestException.Bad(error!, Field),
            _ => throw RequestException.Bad("Unsupported type of keep_alive: it must be a number of seconds or a duration such as \"5m\"", Field),
        };
        return time < TimeSpan.Zero || time == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : time;
    }

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
        return top is < 0 or > MostLogProbabilities ? throw RequestException.Bad($"top_logprobs must be between 0 and {MostLogProbabilities}", "top_logprobs")
            : request.Truth("logprobs") == true ? top
            : null;
    }

    /// <summary>This server's own <c>adapters: [{name, scale}]</c>; <see langword="null"/>: those that the model was loaded with.</summary>
    public static IReadOnlyList<AdapterSelection>? Adapters(JsonFields request) => request.Any("adapters") is null ? null :
        [.. request.Items("adapters").Select(static item => Adapter(JsonFields.AsObject(item.Value, item.Path)))];

    private static AdapterSelection Adapter(JsonFields adapter) => new(adapter.RequiredText("name"), adapter.Number("scale") ?? 1);

    private static OutputFormat? Format(JsonFields request) => request.Any("format") switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } word when word.GetString() is "" => null,
        { ValueKind: JsonValueKind.String } word when word.GetString() is "json" => new JsonOutput(),
        { ValueKind: JsonValueKind.Object } schema => new JsonSchemaOutput(schema.Clone()),
        _ => throw RequestException.Bad("invalid format: expected \"json\" or a JSON schema", "format"),
    };
}
