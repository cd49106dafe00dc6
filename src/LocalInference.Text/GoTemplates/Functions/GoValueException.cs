namespace LocalInference.Text.GoTemplates;

/// <summary>A value does not fit an operation. The renderer adds the place and makes a <see cref="TemplateException"/> of it.</summary>
internal sealed class GoValueException(string message, TemplateErrorKind kind = TemplateErrorKind.Runtime) : Exception(message)
{
    public TemplateErrorKind Kind { get; } = kind;
}
