using LocalInference.Text.GoTemplates;

namespace LocalInference.Text.Tests.GoTemplates;

/// <summary>Renders with a fixed clock.</summary>
internal static class GoRendering
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public static string Render(string template, params ChatMessage[] messages) => Marked(template, Prompt(messages)).Text;

    public static MarkedText Marked(string template, GoPrompt prompt) => GoTemplate.Parse(template, "test").Render(prompt);

    public static GoPrompt Prompt(params ChatMessage[] messages) => new() { Messages = messages, Now = Now };

    /// <summary>Renders an expression over no messages; the mention keeps the template from being split into turns.</summary>
    public static string Evaluate(string template) => Render("{{/* */}}{{ $messages := .Messages }}" + template);

    public static ChatMessage Message(string role, string content) => new() { Role = role, Content = content };
}
