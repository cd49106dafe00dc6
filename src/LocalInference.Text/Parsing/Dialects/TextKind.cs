namespace LocalInference.Text.Parsing;

/// <summary>What a stretch of text is.</summary>
internal enum TextKind
{
    Content,
    Reasoning,

    /// <summary>Not for anybody: a call of a tool that was not offered.</summary>
    Discarded,
}
