namespace LocalInference.Text;

/// <summary>What a <see cref="ChatParser"/> needs to know about the request. Immutable.</summary>
public sealed record ChatParserOptions
{
    /// <summary>The tools the model was given. Default: none; what looks like a call is content then.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Whether it may call them. Default: <see cref="ToolChoiceMode.Auto"/>.</summary>
    public ToolChoiceMode ToolChoice { get; init; }

    /// <summary>What becomes of thinking. Default: <see cref="ReasoningFormat.Separate"/>.</summary>
    public ReasoningFormat Reasoning { get; init; }

    /// <summary>
    /// What the prompt already holds of the answer: the template's generation prompt, such as
    /// <c>&lt;|im_start|&gt;assistant\n&lt;think&gt;\n</c>, followed by the prefix if an answer is continued. It tells whether
    /// thinking is open already, and a continued prefix is reported as the message's first text. Default: empty.
    /// </summary>
    public string GenerationPrompt { get; init; } = string.Empty;

    /// <summary>The content is JSON (a response format was asked for): a Markdown fence around it is dropped. Default: false.</summary>
    public bool ContentIsJson { get; init; }
}
