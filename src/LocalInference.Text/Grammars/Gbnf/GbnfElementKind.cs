namespace LocalInference.Text;

/// <summary>What an element of a rule is.</summary>
internal enum GbnfElementKind : byte
{
    /// <summary>The end of the rule's last alternative.</summary>
    End,

    /// <summary>The end of an alternative that another one follows.</summary>
    Alternative,

    /// <summary>Another rule, by index.</summary>
    Rule,

    /// <summary>One code point.</summary>
    Character,

    /// <summary>A code point of a class, by index.</summary>
    Class,

    /// <summary>Any code point.</summary>
    Any,

    /// <summary>A token, by id.</summary>
    Token,

    /// <summary>Any token but one, by id.</summary>
    NotToken,

    /// <summary>A token by its text, by index; what its id is depends on the vocabulary.</summary>
    TokenText,

    /// <summary>Any token but one, by its text.</summary>
    NotTokenText,
}
