namespace LocalInference.Abstractions;

/// <summary>More of what the model thinks.</summary>
/// <param name="Text">Whole characters, never empty.</param>
public sealed record ReasoningDelta(string Text) : GenerationEvent;
