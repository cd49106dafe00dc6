namespace LocalInference.Abstractions;

/// <summary>What a generation consumed.</summary>
public sealed record GenerationUsage
{
    /// <summary>Tokens of the prompt, cached ones included.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Prompt tokens whose keys and values were already in the cache; not computed again.</summary>
    public required int CachedPromptTokens { get; init; }

    /// <summary>Those of <see cref="PromptTokens"/> that a provider stored for later requests, which some charge for; 0 where it is not known.</summary>
    public int CacheWrittenTokens { get; init; }

    /// <summary>Tokens generated, an end-of-generation token not counted.</summary>
    public required int GeneratedTokens { get; init; }

    /// <summary>Time from the start of the prompt's computation to its end. Waiting for the engine is not counted.</summary>
    public required TimeSpan PromptDuration { get; init; }

    /// <summary>Time from the end of the prompt to the last token.</summary>
    public required TimeSpan GenerationDuration { get; init; }

    /// <summary>Tokens of the prompt that were left out because it was longer than the context; not in <see cref="PromptTokens"/>.</summary>
    public int DroppedPromptTokens { get; init; }

    /// <summary>Tokens that were forgotten during the answer because the context was full.</summary>
    public int ShiftedTokens { get; init; }

    /// <summary>Those of <see cref="GeneratedTokens"/> that the model thought with; 0 where it is not known.</summary>
    public int ReasoningTokens { get; init; }

    /// <summary>Time that the model took to load for this request; zero: it was loaded.</summary>
    public TimeSpan LoadDuration { get; init; }

    /// <summary>Time from the request to its end, all waiting included; zero where it is not known.</summary>
    public TimeSpan TotalDuration { get; init; }

    /// <summary>Whether the answer was made for another request; its counts are then that one's, and nothing was computed or paid. Default: it was made for this one.</summary>
    public AnswerReuse Reuse { get; init; }

    /// <summary>What it cost, in the currency of the prices that are configured; <see langword="null"/>: not known. Zero on this machine.</summary>
    public decimal? Cost { get; init; }
}
