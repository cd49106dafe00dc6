using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalInference.Abstractions;

namespace LocalInference.Server.Metrics;

/// <summary>
/// Counts what the server's callers take, and how long they wait, by key, model and adapters. The engine's own meter knows nothing of keys.
/// There are as many series as combinations of what the operator has configured: names of keys, models and adapters that answered.
/// </summary>
internal static class RequestMeter
{
    public const string Name = "LocalInference.Server";

    private static readonly Meter s_meter = new(Name);
    private static readonly Counter<long> s_requests = s_meter.CreateCounter<long>("localinference.server.requests", "{request}", "Requests that were begun.");
    private static readonly Counter<long> s_tokens = s_meter.CreateCounter<long>("localinference.server.tokens", "{token}", "Tokens read and generated.");
    private static readonly Histogram<double> s_firstToken = s_meter.CreateHistogram<double>("localinference.server.time_to_first_token", "s", "Time from a request to the first token of its answer.");
    private static readonly Histogram<double> s_perToken = s_meter.CreateHistogram<double>("localinference.server.time_per_output_token", "s", "Time from one token to the next, behind the first one.");

    /// <summary>Counts a request for text that has ended.</summary>
    /// <param name="operation">What was asked for, as the conventions for generative AI call it.</param>
    /// <param name="key">The name of the key; <see langword="null"/>: the server has none.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="adapters">What it was changed by; <see langword="null"/>: what it was loaded with.</param>
    /// <param name="firstToken">How long the first token took; <see langword="null"/>: there was none.</param>
    /// <param name="usage">What it took; <see langword="null"/>: it did not come to its end.</param>
    public static void Record(string operation, string? key, string model, IReadOnlyList<AdapterSelection>? adapters, TimeSpan? firstToken, GenerationUsage? usage)
    {
        TagList tags = Tags(operation, key, model, adapters);
        CountRequest(usage is not null, tags);
        if (firstToken is { } wait)
        {
            s_firstToken.Record(wait.TotalSeconds, tags);
        }

        if (usage is null)
        {
            return;
        }

        Count(usage.PromptTokens - usage.CachedPromptTokens, "input", tags);
        Count(usage.CachedPromptTokens, "cached", tags);
        Count(usage.GeneratedTokens, "output", tags);

        // The time that the model took: that of the whole answer would be the reader's, where he is slow.
        if (usage.GeneratedTokens > 1 && usage.GenerationDuration > TimeSpan.Zero)
        {
            s_perToken.Record(usage.GenerationDuration.TotalSeconds / (usage.GeneratedTokens - 1), tags);
        }
    }

    /// <summary>Counts a request that was answered without any text.</summary>
    /// <param name="operation">What was asked for.</param>
    /// <param name="key">The name of the key; <see langword="null"/>: the server has none.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="tokens">Tokens that it read.</param>
    public static void Record(string operation, string? key, string model, long tokens)
    {
        TagList tags = Tags(operation, key, model, adapters: null);
        CountRequest(isCompleted: true, tags);
        Count(tokens, "input", tags);
    }

    // In an order of their own: the same adapters are the same series, however a request names them.
    private static TagList Tags(string operation, string? key, string model, IReadOnlyList<AdapterSelection>? adapters) => new()
    {
        { "gen_ai.operation.name", operation },
        { "gen_ai.request.model", model },
        { "localinference.key", key },
        { "localinference.adapters", adapters is { Count: > 0 } ? string.Join(',', adapters.Select(static adapter => adapter.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)) : null },
    };

    private static void CountRequest(bool isCompleted, TagList tags)
    {
        tags.Add("localinference.outcome", isCompleted ? "completed" : "abandoned");
        s_requests.Add(1, tags);
    }

    private static void Count(long tokens, string type, TagList tags)
    {
        tags.Add("gen_ai.token.type", type);
        s_tokens.Add(tokens, tags);
    }
}
