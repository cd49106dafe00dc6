namespace LocalInference;

/// <summary>What an engine did since it started. A copy; the parts belong to about the same moment.</summary>
internal readonly record struct EngineCounters
{
    /// <summary>Steps computed.</summary>
    public long Steps { get; init; }

    /// <summary>Prompt tokens computed, those of recomputed sequences included.</summary>
    public long PromptTokens { get; init; }

    /// <summary>Prompt tokens taken from the cache.</summary>
    public long CachedPromptTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Times a request was moved to host memory.</summary>
    public long Preemptions { get; init; }

    /// <summary>Times a request was parked, because its reader was too far behind.</summary>
    public long Parks { get; init; }

    /// <summary>Tokens that were guessed and checked.</summary>
    public long GuessedTokens { get; init; }

    /// <summary>Those of them that were right: each saved a step.</summary>
    public long RightGuesses { get; init; }

    /// <summary>Cells of requests that ran together, laid beside each other.</summary>
    public long GatheredCells { get; init; }

    /// <summary>Steps after which llama.cpp's cache was not what the mirror says; counted while <see cref="InferenceEngine.VerifiesCache"/>.</summary>
    public long CacheMismatches { get; init; }
}
