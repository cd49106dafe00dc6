using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference;

/// <summary>Traces, metrics and logs of requests for text.</summary>
internal sealed class GenerationTelemetry(LocalTextGeneratorOptions options)
{
    public const string ProviderName = "localinference";

    private static readonly Histogram<double> s_duration = Seconds("gen_ai.server.request.duration", "Time from the request to its last token.");
    private static readonly Histogram<double> s_firstToken = Seconds("gen_ai.server.time_to_first_token", "Time from the request to its first token.");
    private static readonly Histogram<double> s_perToken = Seconds("gen_ai.server.time_per_output_token", "Time from one token to the next, behind the first one.");
    private static readonly Counter<long> s_tokens = LocalInferenceTelemetry.Meter.CreateCounter<long>("localinference.tokens", "{token}", "Tokens read and generated.");

    public TimeProvider Time => options.TimeProvider;

    public ILogger Log { get; } = options.LoggerFactory?.CreateLogger("LocalInference.Requests") ?? NullLogger.Instance;

    public RequestTelemetry Begin(GenerationRequest request, string? model)
    {
        string operation = request.Input is ChatInput ? "chat" : "text_completion";
        Activity? activity = LocalInferenceTelemetry.Source.StartActivity(model is null ? operation : $"{operation} {model}", ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            Describe(activity, request, operation, model);
        }

        return new RequestTelemetry(this, activity, operation, model);
    }

    public static void RecordDuration(double seconds, in TagList tags) => s_duration.Record(seconds, tags);

    public static void RecordFirstToken(double seconds, in TagList tags) => s_firstToken.Record(seconds, tags);

    public static void RecordTokens(GenerationUsage usage, in TagList tags)
    {
        Count(usage.PromptTokens - usage.CachedPromptTokens, "input", tags);
        Count(usage.CachedPromptTokens, "cached", tags);
        Count(usage.GeneratedTokens, "output", tags);
        if (usage.GeneratedTokens > 1)
        {
            s_perToken.Record(usage.GenerationDuration.TotalSeconds / (usage.GeneratedTokens - 1), tags);
        }
    }

    public static void Count(long tokens, string type, TagList tags)
    {
        tags.Add("gen_ai.token.type", type);
        s_tokens.Add(tokens, tags);
    }

    private static void Describe(Activity activity, GenerationRequest request, string operation, string? model)
    {
        activity.SetTag("gen_ai.operation.name", operation);
        activity.SetTag("gen_ai.provider.name", ProviderName);
        activity.SetTag("gen_ai.request.model", model);
        activity.SetTag("gen_ai.request.max_tokens", request.MaxTokens);
        activity.SetTag("gen_ai.request.temperature", request.Sampling.Temperature);
        activity.SetTag("gen_ai.request.top_k", request.Sampling.TopK);
        activity.SetTag("gen_ai.request.top_p", request.Sampling.TopP);
        activity.SetTag("gen_ai.request.seed", request.Sampling.Seed);
        activity.SetTag("gen_ai.request.frequency_penalty", request.Sampling.FrequencyPenalty);
        activity.SetTag("gen_ai.request.presence_penalty", request.Sampling.PresencePenalty);
        activity.SetTag("gen_ai.output.type", request.Output is JsonOutput or JsonSchemaOutput ? "json" : "text");
    }

    private static Histogram<double> Seconds(string name, string description) => LocalInferenceTelemetry.Meter.CreateHistogram<double>(name, "s", description);
}
