namespace LocalInference.Abstractions;

/// <summary>
/// One step of a running generation. There is one update for each generated token, and a last one that has
/// <see cref="FinishReason"/> and <see cref="Usage"/>; with <see cref="GenerationOptions.ReportPromptProgress"/> also one for
/// each step of the prompt, before them.
/// </summary>
public sealed record GenerationUpdate
{
    /// <summary>
    /// Text that this step released. Empty while a character is incomplete, or while the end of the text could still
    /// become a stop sequence; nothing of a stop sequence is ever released.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>
    /// Tokens of the prompt that are computed or came from the cache, in an update of the prompt; <see langword="null"/> in all
    /// others. A reader that is behind misses some of them.
    /// </summary>
    public int? ProcessedPromptTokens { get; init; }

    /// <summary>The generated token, or <see langword="null"/> in updates of the prompt and in the last one.</summary>
    public int? Token { get; init; }

    /// <summary>
    /// ln p of <see cref="Token"/>, or <see langword="null"/> unless <see cref="GenerationOptions.LogProbabilities"/> is set.
    /// </summary>
    public float? LogProbability { get; init; }

    /// <summary>
    /// The most probable tokens of this step, best first; <see cref="GenerationOptions.LogProbabilities"/> of them, or none.
    /// </summary>
    public IReadOnlyList<TokenLogProbability> TopLogProbabilities { get; init; } = [];

    /// <summary>Why the generation ended; set in the last update only.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>What it consumed; set in the last update only.</summary>
    public GenerationUsage? Usage { get; init; }
}
