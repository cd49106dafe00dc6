namespace LocalInference.Abstractions;

/// <summary>More of the answer's text.</summary>
/// <param name="Text">Whole characters, never empty.</param>
public sealed record TextDelta(string Text) : GenerationEvent;
