namespace LocalInference.Abstractions;

/// <summary>A text to embed, or the tokens of one. A <see cref="string"/> converts to it. Immutable.</summary>
public sealed record EmbeddingInput
{
    /// <summary>A text.</summary>
    /// <param name="text">The text.</param>
    public EmbeddingInput(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Text = text;
    }

    /// <summary>Tokens, taken as they are.</summary>
    /// <param name="tokens">Ids of the model's vocabulary; they must not change while the request runs.</param>
    public EmbeddingInput(ReadOnlyMemory<int> tokens) => Tokens = tokens;

    /// <summary>The text; <see langword="null"/> if it is given as <see cref="Tokens"/>.</summary>
    public string? Text { get; }

    /// <summary>The tokens, where <see cref="Text"/> is <see langword="null"/>.</summary>
    public ReadOnlyMemory<int> Tokens { get; }

    /// <summary>A text.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator EmbeddingInput(string text) => new(text);
}
