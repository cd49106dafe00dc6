using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>The first and the last event of an answer that was made for another request.</summary>
internal static class ReusedAnswer
{
    /// <summary>It has an id of its own, and says where it comes from.</summary>
    public static GenerationStarted Started(GenerationStarted started, AnswerReuse reuse, DateTimeOffset now) => started with
    {
        ResponseId = "reused-" + Guid.NewGuid().ToString("N"),
        CreatedAt = now,
        Route = started.Route is { } route ? route with { Reason = reuse == AnswerReuse.Shared ? "the same request is being answered" : "the answer was kept" } : null,
    };

    /// <summary>Nothing was computed, and nothing paid.</summary>
    public static GenerationEnded Ended(GenerationEnded ended, AnswerReuse reuse) => ended with
    {
        Usage = ended.Usage with
        {
            CachedPromptTokens = ended.Usage.PromptTokens,
            CacheWrittenTokens = 0,
            PromptDuration = TimeSpan.Zero,
            GenerationDuration = TimeSpan.Zero,
            LoadDuration = TimeSpan.Zero,
            TotalDuration = TimeSpan.Zero,
            Reuse = reuse,
            Cost = 0,
        },
    };
}
