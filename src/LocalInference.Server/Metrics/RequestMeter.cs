using System.Diagnostics;
using System.Diagnostics.Metrics;
using LocalInference.Abstractions;

namespace LocalInference.Server.Metrics;

/// <summary>Counts what the server's callers take, by key, model and adapters. The engine's own meter knows nothing of keys.</summary>
internal static class RequestMeter
{
    public const string Name = "LocalInference.Server";

    private static readonly Meter s_meter = new(Name);
    private static readonly Counter<long> s_requests = s_meter.CreateCounter<long>("localinference.server.requests", "{request}", "Requests for text that were begun.");
    private static readonly Counter<long> s_tokens = s_meter.CreateCounter<long>("localinference.server.tokens", "{token}", "Tokens read and generated.");

    /// <summary>Counts a request that has ended.</summary>
    /// <param name="key">The name of the key; <see langword="null"/>: the server has none.</param>
    /// <param name="model">The model that answered.</param>
    /// <param name="adapters">What it was changed by; <see langword="null"/>: what it was loaded with.</param>
    /// <param name="usage">What it took; <see langword="null"/>: it did not come to its end.</param>
    public static void Record(string? key, string model, IReadOnlyList<AdapterSelection>? adapters, GenerationUsage? usage)
    {
        var tags = new TagList
        {
            { "gen_ai.request.model", model },
            { "localinference.key", key },
            { "localinference.adapters", adapters is { Count: > 0 } ? string.Join(',', adapters.Select(static adapter => adapter.Name)) : null },
        };
        TagList request = tags;
        request.Add("localinference.outcome", usage is null ? "abandoned" : "completed");
        s_requests.Add(1, request);
        if (usage is not null)
        {
            Count(usage.PromptTokens - usage.CachedPromptTokens, "input", tags);
            Count(usage.CachedPromptTokens, "cached", tags);
            Count(usage.GeneratedTokens, "output", tags);
        }
    }

    private static void Count(int tokens, string type, TagList tags)
    {
        tags.Add("gen_ai.token.type", type);
        s_tokens.Add(tokens, tags);
    }
}
