namespace LocalInference.Abstractions;

/// <summary>A prompt as the model gets it.</summary>
/// <param name="Text">Its text, special tokens written as their names.</param>
/// <param name="Tokens">Its tokens.</param>
public sealed record RenderedPrompt(string Text, IReadOnlyList<int> Tokens);
