namespace LocalInference.Text.Jinja;

/// <summary>A template does not parse. Becomes a <see cref="TemplateException"/> with line and column.</summary>
internal sealed class SyntaxFault(string message, int offset, TemplateErrorKind kind = TemplateErrorKind.Syntax) : Exception(message)
{
    public int Offset { get; } = offset;

    public TemplateErrorKind Kind { get; } = kind;
}
