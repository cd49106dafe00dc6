namespace LocalInference.Abstractions;

/// <summary>What a generation consumed.</summary>
public sealed record GenerationUsage
{
    /// <summary>Tokens of the prompt, cached ones included.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Prompt tokens whose keys and values were already in the cache; not computed again.</summary>
    public required int CachedPromptTokens { get; init; }

    /// <summary>Tokens generated, an end-of-generation token not counted.</summary>
    public required int GeneratedTokens { get; init; }

    /// <summary>Time from the start of the prompt's computation to its end. Waiting for the engine is not counted.</summary>
    public required TimeSpan PromptDuration { get; init; }

    /// <summary>Time from the end of the prompt to the last token.</summary>
    public required TimeSpan GenerationDuration { get; init; }
}
