namespace LocalInference.Text;

/// <summary>What a <see cref="ToolCallGrammar"/> must force. Immutable.</summary>
public sealed record ToolCallGrammarOptions
{
    /// <summary>The tools the model was given.</summary>
    public required IReadOnlyList<ChatTool> Tools { get; init; }

    /// <summary>Whether it may call them. Default: <see cref="ToolChoiceMode.Auto"/>.</summary>
    public ToolChoiceMode ToolChoice { get; init; }

    /// <summary>The tool to call, with <see cref="ToolChoiceMode.Named"/>; otherwise not used.</summary>
    public string? ToolName { get; init; }

    /// <summary>Whether one answer may hold several calls. Default: true.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>
    /// Whether arguments must keep to the whole of their schema, and a schema that a grammar cannot keep is refused. Default:
    /// false; keywords that a grammar cannot keep are left out then.
    /// </summary>
    public bool Strict { get; init; }

    /// <summary>What the prompt already holds of the answer, as in <see cref="ChatParserOptions.GenerationPrompt"/>. Default: empty.</summary>
    public string GenerationPrompt { get; init; } = string.Empty;
}
