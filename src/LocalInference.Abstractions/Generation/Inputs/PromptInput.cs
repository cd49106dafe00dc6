namespace LocalInference.Abstractions;

/// <summary>A text to continue, without any chat template. Thoughts and calls are not looked for in the answer. Immutable.</summary>
public sealed record PromptInput : GenerationInput
{
    /// <summary>The text; empty: the model begins from nothing.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// The text behind the place to write at: the answer fills the middle. <see langword="null"/>: none. A model without tokens for
    /// that is a <see cref="GenerationException"/> (<c>infill_unsupported</c>).
    /// </summary>
    public string? Suffix { get; init; }

    /// <summary>Puts a begin-of-sequence token before the text where the model wants one. Default: yes.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Reads special tokens that the text spells as the tokens themselves. Default: no, text stays text.</summary>
    public bool ParseSpecialTokens { get; init; }
}
