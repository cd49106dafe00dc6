namespace LocalInference.Abstractions;

/// <summary>An instruction of a <see cref="Modelfile"/>. Immutable.</summary>
/// <param name="Keyword">What it sets.</param>
/// <param name="Value">To what, without the quotation marks.</param>
public sealed record ModelfileInstruction(ModelfileKeyword Keyword, string Value)
{
    /// <summary>The name of a parameter, or the role of a message; <see langword="null"/> in all others.</summary>
    public string? Name { get; init; }
}
