namespace LocalInference.Text.Jinja;

/// <summary>
/// A failure of what does not know where in the template it was called from. The template that is being parsed or rendered turns
/// it into a <see cref="TemplateException"/> with the place.
/// </summary>
internal sealed class JinjaFault(string message, TemplateErrorKind kind = TemplateErrorKind.Runtime) : Exception(message)
{
    public TemplateErrorKind Kind { get; } = kind;
}
