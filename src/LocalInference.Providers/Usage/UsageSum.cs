namespace LocalInference.Providers;

/// <summary>What requests consumed together. Immutable.</summary>
public sealed record UsageSum
{
    /// <summary>The day, in UTC; <see langword="null"/>: all of them.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>On whose behalf; <see langword="null"/>: everybody's, or not said.</summary>
    public string? Caller { get; init; }

    /// <summary>The model or route that they named; <see langword="null"/>: any, or none.</summary>
    public string? Requested { get; init; }

    /// <summary>The model that answered; <see langword="null"/>: any.</summary>
    public string? Model { get; init; }

    /// <summary>How many.</summary>
    public required long Requests { get; init; }

    /// <summary>Tokens of prompts.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Those of them that were in a cache.</summary>
    public required long CachedPromptTokens { get; init; }

    /// <summary>Tokens of answers.</summary>
    public required long GeneratedTokens { get; init; }

    /// <summary>What those cost whose cost is known.</summary>
    public required decimal Cost { get; init; }

    /// <summary>How many there are whose cost is not known.</summary>
    public required long Unpriced { get; init; }
}
