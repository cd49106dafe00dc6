namespace LocalInference.Text.Jinja;

/// <summary>A word of the template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">Where it begins in the source.</param>
/// <param name="Text">A name, an operator, the text itself, a string with its escapes resolved, or a number's digits.</param>
internal readonly record struct Token(TokenKind Kind, int Offset, string Text);
