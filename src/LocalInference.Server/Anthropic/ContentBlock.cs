namespace LocalInference.Server.Anthropic;

/// <summary>Kinds of blocks that a message is made of.</summary>
internal enum ContentBlock
{
    None,
    Text,
    Thinking,
    RedactedThinking,
    ToolUse,
}
