namespace LocalInference.Text;

/// <summary>One message of a conversation, as chat templates and output parsers see it. Immutable.</summary>
public sealed record ChatMessage
{
    /// <summary><c>system</c>, <c>developer</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The text; <see langword="null"/> if there is none, or if it is given as <see cref="Parts"/>.</summary>
    public string? Content { get; init; }

    /// <summary>The content in parts, instead of <see cref="Content"/>; <see langword="null"/>: not in parts.</summary>
    public IReadOnlyList<ChatContentPart>? Parts { get; init; }

    /// <summary>What an assistant thought before it answered; <see langword="null"/>: none.</summary>
    public string? ReasoningContent { get; init; }

    /// <summary>The calls an assistant made; empty: none.</summary>
    public IReadOnlyList<ChatToolCall> ToolCalls { get; init; } = [];

    /// <summary>In a tool's result, the name of the tool; <see langword="null"/>: not said.</summary>
    public string? Name { get; init; }

    /// <summary>In a tool's result, the <see cref="ChatToolCall.Id"/> it answers; <see langword="null"/>: not said.</summary>
    public string? ToolCallId { get; init; }
}
