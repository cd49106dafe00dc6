namespace LocalInference.Abstractions;

/// <summary>One of several texts.</summary>
/// <param name="Choices">The texts: at least one, none of them empty.</param>
public sealed record ChoiceOutput(IReadOnlyList<string> Choices) : OutputFormat;
