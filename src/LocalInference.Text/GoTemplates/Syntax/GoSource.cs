namespace LocalInference.Text.GoTemplates;

/// <summary>A template's text and name; makes the errors that point into it.</summary>
internal sealed record GoSource(string Text, string Name)
{
    public TemplateException Error(int position, string what, TemplateErrorKind kind)
    {
        ReadOnlySpan<char> before = Text.AsSpan(0, Math.Min(position, Text.Length));
        return new TemplateException(what, Name, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'), kind);
    }
}
