namespace LocalInference.Text.Parsing;

/// <summary>What the parts of one parser share.</summary>
internal sealed record ParseContext(PieceReader Reader, ParserOutput Output, ChatFormat Format, ChatParserOptions Options)
{
    /// <summary>Whether tool calls are looked for.</summary>
    public bool ReadsCalls { get; } = Options.Tools.Count > 0 && Options.ToolChoice != ToolChoiceMode.None;

    public bool SeparatesReasoning { get; } = Options.Reasoning == ReasoningFormat.Separate;

    public ToolParameters Parameters { get; } = new(Options.Tools);

    public bool IsTool(string name) => Parameters.Knows(name);
}
