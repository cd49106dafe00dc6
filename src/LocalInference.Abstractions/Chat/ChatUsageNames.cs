namespace LocalInference.Abstractions;

/// <summary>Names in <c>UsageDetails.AdditionalCounts</c>, and in the <c>AdditionalProperties</c> of answers.</summary>
public static class ChatUsageNames
{
    /// <summary>Count: nanoseconds of <see cref="GenerationUsage.PromptDuration"/>.</summary>
    public const string PromptDuration = "prompt_duration_ns";

    /// <summary>Count: nanoseconds of <see cref="GenerationUsage.GenerationDuration"/>.</summary>
    public const string GenerationDuration = "generation_duration_ns";

    /// <summary>Count: nanoseconds of <see cref="GenerationUsage.LoadDuration"/>.</summary>
    public const string LoadDuration = "load_duration_ns";

    /// <summary>Count: <see cref="GenerationUsage.CacheWrittenTokens"/>, where there are any.</summary>
    public const string CacheWrittenTokens = "cache_written_tokens";

    /// <summary>Property: the <see cref="GenerationRoute"/>, where there was a choice of who answers.</summary>
    public const string Route = "route";

    /// <summary>Property: the <see cref="Abstractions.FinishReason"/>, which is finer than the chat client's.</summary>
    public const string FinishReason = "finish_reason_detail";

    /// <summary>Property: the <see cref="GenerationEnded.StopSequence"/>, where one ended the answer.</summary>
    public const string StopSequence = "stop_sequence";

    /// <summary>Property: the <see cref="PromptTruncation"/>, where something was cut.</summary>
    public const string Truncation = "truncation";

    /// <summary>Property: the <see cref="AnswerReuse"/>, where the answer was made for another request.</summary>
    public const string Reuse = "answer_reuse";

    /// <summary>Property: <see cref="GenerationUsage.Cost"/>, a <see cref="decimal"/>, where it is known.</summary>
    public const string Cost = "cost";
}
