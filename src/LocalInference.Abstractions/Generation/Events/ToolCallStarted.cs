namespace LocalInference.Abstractions;

/// <summary>The model began to call a function.</summary>
/// <param name="Index">Which call of the answer, counted from 0.</param>
/// <param name="CallId">Names the call in the conversation; of no other one.</param>
/// <param name="Name">The function's name.</param>
public sealed record ToolCallStarted(int Index, string CallId, string Name) : GenerationEvent;
