namespace LocalInference.Text.GoTemplates;

/// <summary>A tool parameter's type in TypeScript's words, as gpt-oss's template for Ollama writes the tools.</summary>
internal static class GoTypeScript
{
    public static MarkedText TypeOf(object? property) =>
        GoStrings.Template(property is GoMap map ? Describe(map) : "any");

    private static string Describe(GoMap property)
    {
        if (property.TryGet("AnyOf", out object? anyOf) && anyOf is GoList { Items.Count: > 0 } choices)
        {
            return string.Join(" | ", choices.Items.OfType<GoMap>().Select(Describe));
        }

        return property.TryGet("Type", out object? type) && type is GoList { Items.Count: > 0 } types
            ? string.Join(" | ", types.Items.OfType<MarkedText>().Select(static t => Word(t.Text)))
            : "any";
    }

    private static string Word(string type) => type switch
    {
        "string" => "string",
        "number" or "integer" => "number",
        "boolean" => "boolean",
        "array" => "any[]",
        "object" => "Record<string, any>",
        "null" => "null",
        _ => "any",
    };
}
