using LocalInference.Text.Parsing;

namespace LocalInference.Text;

/// <summary>
/// How a model writes its answer: the markers of thinking, content and tool calls, as found in its chat template by
/// <see cref="ChatFormatDetector"/>. Immutable, safe to share between threads.
/// </summary>
public sealed record ChatFormat
{
    internal ChatFormat()
    {
    }

    /// <summary>The format of a model without a template: everything is content.</summary>
    public static ChatFormat PlainText { get; } = new();

    /// <summary>Short name for people, such as <c>json</c>, <c>tagged</c> or <c>harmony</c>.</summary>
    public string Name => Dialect == ChatDialect.Sequence ? Tools.Syntax.ToString().ToLowerInvariant() : Dialect.ToString().ToLowerInvariant();

    /// <summary>Whether thinking can be told from content.</summary>
    public bool HasReasoning => ReasoningEnd.Length > 0 || Dialect is ChatDialect.Harmony or ChatDialect.RecipientHeaders;

    /// <summary>Whether tool calls can be told from content.</summary>
    public bool HasTools => Tools.Syntax != CallSyntax.None || Dialect != ChatDialect.Sequence;

    internal ChatDialect Dialect { get; init; }

    /// <summary>
    /// What a template writes before an answer; removed from the start of a generation prompt. <see langword="null"/>: not known,
    /// so nothing of a generation prompt but open thinking is taken for the answer.
    /// </summary>
    internal string? Header { get; init; }

    /// <summary>Empty with <see cref="ReasoningEnd"/> set: thinking is open from the start.</summary>
    internal string ReasoningStart { get; init; } = string.Empty;

    /// <summary>Empty: the model does not think.</summary>
    internal string ReasoningEnd { get; init; } = string.Empty;

    /// <summary>Whether thinking may begin after content too; otherwise only before.</summary>
    internal bool ReasoningAnywhere { get; init; }

    /// <summary>Written around the content, and not part of it.</summary>
    internal string ContentStart { get; init; } = string.Empty;

    /// <summary>Written around the content, and not part of it.</summary>
    internal string ContentEnd { get; init; } = string.Empty;

    /// <summary>Markers that are dropped wherever the model writes them as text, such as a spelled end of turn.</summary>
    internal IReadOnlyList<string> Dropped { get; init; } = [];

    internal ToolFormat Tools { get; init; } = new();
}
