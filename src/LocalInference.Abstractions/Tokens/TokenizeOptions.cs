namespace LocalInference.Abstractions;

/// <summary>How text is turned into tokens and back. Immutable.</summary>
public sealed record TokenizeOptions
{
    /// <summary>The model's name; <see langword="null"/>: the default one.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens of a text: adds those that the model puts around every text. Default: yes.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>
    /// Special tokens that a text spells are read as such, and those among tokens are written as their names. Default: no.
    /// </summary>
    public bool ParseSpecialTokens { get; init; }
}
