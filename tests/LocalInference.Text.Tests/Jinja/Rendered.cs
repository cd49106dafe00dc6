using System.Text.Json;

namespace LocalInference.Text.Tests.Jinja;

/// <summary>Short ways to render a template in a test.</summary>
internal static class Rendered
{
    public static readonly DateTimeOffset Clock = new(2026, 11, 21, 7, 5, 9, TimeSpan.Zero);

    public static string From(string template, string json = "{}", JinjaRenderOptions? options = null) =>
        JinjaTemplate.Parse(template).Render(Variables(json), options ?? new JinjaRenderOptions { Now = Clock });

    /// <summary>The output with its content parts in guillemets; variables named <c>u</c> or <c>messages</c> are content.</summary>
    public static string Marked(string template, string json)
    {
        MarkedText marked = JinjaTemplate.Parse(template).RenderMarked(Variables(json));
        Assert.Equal(JinjaTemplate.Parse(template).Render(Variables(json)), marked.Text);
        Assert.Equal(marked.Text.Length, marked.Segments.Sum(segment => segment.Length));
        return string.Concat(marked.Segments.Select(segment =>
        {
            string text = marked.Text.Substring(segment.Start, segment.Length);
            return segment.IsContent ? $"«{text}»" : text;
        }));
    }

    public static TemplateException Failure(string template, string json = "{}", JinjaRenderOptions? options = null) =>
        Assert.Throws<TemplateException>(() => From(template, json, options));

    public static Dictionary<string, JinjaValue> Variables(JsonElement json) =>
        json.EnumerateObject().ToDictionary(property => property.Name, property => JinjaValue.FromJson(property.Value, property.Name is "u" or "messages"), StringComparer.Ordinal);

    private static Dictionary<string, JinjaValue> Variables(string json) => Variables(JsonDocument.Parse(json).RootElement);
}
