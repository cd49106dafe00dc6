using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>What the tools' schemas say about the type of a parameter, for syntaxes that write values without quotes.</summary>
internal sealed class ToolParameters
{
    private readonly Dictionary<string, JsonElement?> _tools = new(StringComparer.Ordinal);

    public ToolParameters(IReadOnlyList<ChatTool> tools)
    {
        foreach (ChatTool tool in tools)
        {
            _tools[tool.Name] = tool.Parameters is { } schema ? JsonStrings.Mended(schema) : null;
        }
    }

    public bool Knows(string tool) => _tools.ContainsKey(tool);

    public IEnumerable<string> Names => _tools.Keys;

    /// <summary>The types that a parameter's schema allows; <see cref="JsonTypes.All"/> if it does not say.</summary>
    public JsonTypes TypesOf(string tool, string parameter)
    {
        JsonTypes types = SchemaOf(tool, parameter) is { } schema ? SchemaTypes.Read(schema, Root(tool)) : JsonTypes.None;
        return types == JsonTypes.None ? JsonTypes.All : types;
    }

    /// <summary>The schema of a parameter; <see langword="null"/> if there is none.</summary>
    public JsonElement? SchemaOf(string tool, string parameter) =>
        Root(tool) is { } root ? SchemaTypes.Property(root, root, parameter) : null;

    public JsonElement? Root(string tool) => _tools.GetValueOrDefault(tool) is { ValueKind: JsonValueKind.Object } root ? root : null;
}
