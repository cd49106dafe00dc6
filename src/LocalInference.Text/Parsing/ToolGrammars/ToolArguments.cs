using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>A tool's parameters in the order in which the grammar has them: the required ones first.</summary>
internal sealed class ToolArguments(ChatTool tool)
{
    private static readonly JsonElement s_anyObject = Parse("""{"type":"object","properties":{},"additionalProperties":true}""");
    private static readonly JsonElement s_noArguments = Parse("""{"type":"object","properties":{},"additionalProperties":false}""");

    public string Name => tool.Name;

    public JsonElement Schema { get; } = tool.Parameters is { ValueKind: JsonValueKind.Object } schema
        ? schema.TryGetProperty("type", out _) || schema.TryGetProperty("properties", out _) ? schema : s_anyObject
        : s_noArguments;

    /// <summary>The parameters and whether each must be there.</summary>
    public IReadOnlyList<(string Key, JsonElement Schema, JsonTypes Types, bool Required)> Parameters
    {
        get
        {
            if (!Schema.TryGetProperty("properties", out JsonElement properties) || properties.ValueKind != JsonValueKind.Object)
            {
                return [];
            }

            HashSet<string> required = Schema.TryGetProperty("required", out JsonElement names) && names.ValueKind == JsonValueKind.Array
                ? [.. names.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)]
                : [];
            return
            [
                .. properties.EnumerateObject()
                    .Select(property => (property.Name, WithDefinitions(property.Value), SchemaTypes.Read(property.Value, Schema), required.Contains(property.Name)))
                    .OrderBy(parameter => parameter.Item4 ? 0 : 1),
            ];
        }
    }

    /// <summary>A parameter's schema may refer to definitions that stand beside the parameters.</summary>
    private JsonElement WithDefinitions(JsonElement schema)
    {
        string[] keywords = [.. new[] { "$defs", "definitions" }.Where(keyword => Schema.TryGetProperty(keyword, out _))];
        if (keywords.Length == 0 || schema.ValueKind != JsonValueKind.Object)
        {
            return schema;
        }

        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach (JsonProperty member in schema.EnumerateObject().Where(member => !keywords.Contains(member.Name)))
            {
                member.WriteTo(writer);
            }

            foreach (string keyword in keywords)
            {
                writer.WritePropertyName(keyword);
                Schema.GetProperty(keyword).WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
