namespace LocalInference.LoadTest.Scenarios;

/// <summary>The figures of a scenario, as results spell them. What ends in <c>_ms</c> is in milliseconds.</summary>
internal static class MetricNames
{
    public const string Total = "total_ms";
    public const string TokensPerSecond = "generated_tokens_per_second";
    public const string PromptTokens = "prompt_tokens";
    public const string ComputedPromptTokens = "computed_prompt_tokens";
    public const string GeneratedTokens = "generated_tokens";
    public const string FirstToken = "first_token";
    public const string InterToken = "inter_token";
    public const string EndToEnd = "end_to_end";

    /// <summary>Prompt tokens computed, over those that no two requests share.</summary>
    public const string ComputedOverUnique = "computed_over_unique";

    public const string IdleMean = "idle_inter_token_mean_ms";
    public const string IdleP99 = "idle_inter_token_p99_ms";
    public const string DuringP99 = "during_inter_token_p99_ms";
    public const string DuringMost = "during_inter_token_max_ms";
    public const string DuringGaps = "during_gaps";
    public const string DuringOverIdle = "during_p99_over_idle_mean";
    public const string DuringOverIdleP99 = "during_p99_over_idle_p99";
    public const string LongPromptFirstToken = "long_prompt_first_token_ms";
    public const string StreamsEndedEarly = "streams_ended_early";

    /// <summary>Prompt tokens computed, over those that were new since the turn before.</summary>
    public const string ComputedOverNew = "computed_over_new";

    /// <summary>CPU time of the threads where tokens are read in the server, in microseconds for each generated token.</summary>
    public const string ManagedCpuPerToken = "managed_cpu_us_per_token";

    public const string LastTurnFirstToken = "last_turn_first_token_ms";

    /// <summary>Tokens of answers whose ids the target did not tell, so that the next turn lacks them.</summary>
    public const string AnswerTokensUnknown = "answer_tokens_unknown";
}
