using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>What one request consumed. Neither its texts nor its keys are in it. Immutable.</summary>
public sealed record UsageEntry
{
    /// <summary>When it ended; kept to the millisecond.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>On whose behalf; <see langword="null"/>: not said.</summary>
    public string? Caller { get; init; }

    /// <summary>The model or route that it named; <see langword="null"/>: none.</summary>
    public string? Requested { get; init; }

    /// <summary>The full name of the model that answered, or would have.</summary>
    public required string Model { get; init; }

    /// <summary>The provider as it is configured; <c>localinference</c>: this machine.</summary>
    public required string Provider { get; init; }

    /// <summary>
    /// <c>chat</c>, <c>text_completion</c> or <c>embeddings</c>, as telemetry names them, or <c>batch</c>: all that one caller asks of one
    /// model in a batch.
    /// </summary>
    public required string Operation { get; init; }

    /// <summary>
    /// <c>ok</c>, an error's code, <c>abandoned</c>: the caller left before the end, or <c>continued</c>: it broke off, and another model
    /// went on, which has an entry of its own.
    /// </summary>
    public required string Outcome { get; init; }

    /// <summary>Tokens of the prompt, cached ones included.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Those of them that were in a cache.</summary>
    public int CachedPromptTokens { get; init; }

    /// <summary>Those of them that a provider stored.</summary>
    public int CacheWrittenTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public int GeneratedTokens { get; init; }

    /// <summary>Those of them that are thoughts.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>Whether the counts are estimated, because nobody reported them.</summary>
    public bool IsEstimate { get; init; }

    /// <summary>What it cost, kept to a thousand-millionth; <see langword="null"/>: not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Whether the answer was made for another request.</summary>
    public AnswerReuse Reuse { get; init; }

    /// <summary>How long it took; kept to the microsecond.</summary>
    public TimeSpan Duration { get; init; }
}
