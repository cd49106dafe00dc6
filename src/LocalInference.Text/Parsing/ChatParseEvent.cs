namespace LocalInference.Text;

/// <summary>One thing that a <see cref="ChatParser"/> found in generated text. Immutable.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text of a delta; empty otherwise.</param>
/// <param name="CallIndex">Which tool call of the message, counted from 0; -1 if it is about none.</param>
/// <param name="Call">
/// The tool call, when it starts (arguments still empty) and when it is completed; <see langword="null"/> otherwise.
/// </param>
/// <param name="IsComplete">
/// False in a <see cref="ChatParseEventKind.ToolCallCompleted"/> whose arguments the model did not finish: they were closed to
/// valid JSON, and the call should not be executed unseen. True otherwise.
/// </param>
public sealed record ChatParseEvent(ChatParseEventKind Kind, string Text, int CallIndex, ChatToolCall? Call, bool IsComplete);
