namespace LocalInference.Abstractions;

/// <summary>More of a call's arguments.</summary>
/// <param name="Index">Which call, as in its <see cref="ToolCallStarted"/>.</param>
/// <param name="Text">JSON text; the deltas of a call make up <see cref="ToolCallCompleted.Arguments"/>. Never empty.</param>
public sealed record ToolArgumentsDelta(int Index, string Text) : GenerationEvent;
