namespace LocalInference.Abstractions;

/// <summary>
/// One step of a running generation. There is one update for each generated token, and a last one that has
/// <see cref="FinishReason"/> and <see cref="Usage"/>.
/// </summary>
public sealed record GenerationUpdate
{
    /// <summary>
    /// Text that this step released. Empty while a character is incomplete, or while the end of the text could still
    /// become a stop sequence; nothing of a stop sequence is ever released.
    /// </summary>
    public required string Text { get; init; }

    /// <summary>The generated token, or <see langword="null"/> in the last update.</summary>
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
