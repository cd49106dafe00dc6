using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>The values of arguments.</summary>
internal sealed partial class ToolGrammarWriter
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>A value as JSON.</summary>
    private string Value(ToolArguments tool, ToolParameter parameter) =>
        _grammar.AddSchema($"value-{tool.Name}-{parameter.Key}", tool.Document, parameter.Schemas);

    /// <summary>A value as text without quotes, and the marker behind it: one of those that the schema lists, or any.</summary>
    private string TextBefore(ToolArguments tool, ToolParameter parameter, string end)
    {
        tool.CheckText(parameter);

        // Where an attribute says that it is a text, nothing else can be written.
        string[] texts = [.. tool.Listed(parameter)
            .Where(value => _format.Tools.TypeSuffix.Length == 0 || value.ValueKind == JsonValueKind.String)
            .Select(value => Text(Bare(value)))
            .Distinct(StringComparer.Ordinal)];
        return texts.Length == 0 ? Until(end) : $"({string.Join(" | ", texts)}) {Text(end)}";
    }

    /// <summary>Any text up to a marker; what ends alike shares its rules.</summary>
    private string Until(string marker)
    {
        if (!_texts.TryGetValue(marker, out string? rule))
        {
            rule = MarkerRules.AddUntil(_grammar, "text", marker);
            _texts.Add(marker, rule);
        }

        return rule;
    }

    private static string Bare(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : JsonValues.Write(value, "#");
}
