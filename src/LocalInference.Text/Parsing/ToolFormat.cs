namespace LocalInference.Text.Parsing;

/// <summary>
/// The markers around tool calls. White space next to a marker is never significant unless said otherwise, so markers are kept
/// trimmed. An empty marker is not written by the model. Immutable.
/// </summary>
/// <remarks>
/// In the order of the text: SectionStart { CallStart [id LeadingIdEnd] NamePrefix name NameSuffix [… NameTail] [IdPrefix id]
/// ArgumentsStart arguments ArgumentsEnd FunctionEnd CallEnd } SectionEnd; an argument in tags is KeyPrefix key KeySuffix
/// [type TypeSuffix] ValuePrefix value ValueSuffix.
/// </remarks>
internal sealed record ToolFormat
{
    public CallSyntax Syntax { get; init; }

    public string SectionStart { get; init; } = string.Empty;

    public string SectionEnd { get; init; } = string.Empty;

    public string CallStart { get; init; } = string.Empty;

    public string CallEnd { get; init; } = string.Empty;

    public string NamePrefix { get; init; } = string.Empty;

    public string NameSuffix { get; init; } = string.Empty;

    /// <summary>What is between <see cref="NameSuffix"/> and this is skipped: attributes that say nothing new.</summary>
    public string NameTail { get; init; } = string.Empty;

    /// <summary>Before the id, where it stands between name and arguments as text of its own.</summary>
    public string IdPrefix { get; init; } = string.Empty;

    /// <summary>After the id, where it stands between <see cref="CallStart"/> and the name.</summary>
    public string LeadingIdEnd { get; init; } = string.Empty;

    /// <summary>Whether the name is written as Kimi K2 does, within an id: <c>functions.name:0</c>.</summary>
    public bool NameIsInId { get; init; }

    public string ArgumentsStart { get; init; } = string.Empty;

    public string ArgumentsEnd { get; init; } = string.Empty;

    public string FunctionEnd { get; init; } = string.Empty;

    public string KeyPrefix { get; init; } = string.Empty;

    public string KeySuffix { get; init; } = string.Empty;

    /// <summary>After an attribute that says the value's type: <c>string</c>, <c>number</c> … or whether it is a string.</summary>
    public string TypeSuffix { get; init; } = string.Empty;

    public string ValuePrefix { get; init; } = string.Empty;

    public string ValueSuffix { get; init; } = string.Empty;

    /// <summary>Whether a line break after <see cref="ValuePrefix"/> and before <see cref="ValueSuffix"/> is the template's.</summary>
    public bool ValueHasOwnLines { get; init; }

    /// <summary>Whether a call may begin while thinking is not closed, and ends it.</summary>
    public bool EndsReasoning { get; init; }

    /// <summary>
    /// Whether the calls of a section are written as a list, JSON's or Python's; otherwise Python's stand on lines of their own. Only
    /// the grammar needs to know.
    /// </summary>
    public bool IsArray { get; init; }

    /// <summary>Around texts, in Gemma's dictionaries.</summary>
    public string Quote { get; init; } = "<|\"|>";

    /// <summary>In JSON, the key of the name; empty: the name itself is the key. Only the grammar needs to know.</summary>
    public string NameKey { get; init; } = "name";

    /// <summary>In JSON, the key of the arguments. Only the grammar needs to know.</summary>
    public string ArgumentsKey { get; init; } = "arguments";

    /// <summary>In JSON, the key of the id; empty: none is written. Only the grammar needs to know.</summary>
    public string IdKey { get; init; } = string.Empty;
}
