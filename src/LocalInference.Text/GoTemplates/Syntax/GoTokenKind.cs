namespace LocalInference.Text.GoTemplates;

internal enum GoTokenKind
{
    /// <summary>Text outside of actions, already trimmed.</summary>
    Text,
    Open,
    Close,
    Identifier,

    /// <summary>A dot and a name; the token's text is the name alone.</summary>
    Field,
    Dot,

    /// <summary>A variable; the token's text has its <c>$</c>.</summary>
    Variable,

    /// <summary>A string literal; the token's text is what it stands for.</summary>
    String,
    Number,

    /// <summary>A character literal; the token's text is its code point as a decimal number.</summary>
    Character,
    OpenParenthesis,
    CloseParenthesis,
    Pipe,
    Declare,
    Assign,
    Comma,
    End,
}
