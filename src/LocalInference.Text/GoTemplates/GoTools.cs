using System.Text.Json;

namespace LocalInference.Text.GoTemplates;

/// <summary>
/// Tools as the structs that Ollama's templates read. As JSON they have Ollama's order of keys (type, $defs, items, required,
/// properties); keys of a schema that Ollama has no field for follow, instead of being lost.
/// </summary>
internal static class GoTools
{
    private static readonly string[] s_parameterKeys = ["type", "$defs", "items", "required", "properties"];
    private static readonly string[] s_propertyKeys = ["anyOf", "type", "items", "description", "enum", "properties", "required"];

    public static GoList ToList(IReadOnlyList<ChatTool> tools) => new([.. tools.Select(ToStruct)], GoForm.Json);

    private static GoMap ToStruct(ChatTool tool)
    {
        MarkedText name = GoStrings.Content(tool.Name);
        MarkedText description = GoStrings.Content(tool.Description ?? "");
        GoMap parameters = Schema(tool.Parameters is { } given ? JsonStrings.Mended(given) : null, s_parameterKeys);
        var wire = new GoMap { IsStruct = true };
        wire.Set("name", name);
        wire.Add("description", description.Text.Length > 0 ? description : null);
        wire.Set("parameters", parameters);
        var function = new GoMap
        {
            IsStruct = true,
            Form = GoForm.Json,
            Wire = wire,
            ["Name"] = name,
            ["Description"] = description,
            ["Parameters"] = parameters,
        };
        MarkedText type = GoStrings.Template("function");
        return new GoMap
        {
            IsStruct = true,
            Form = GoForm.Json,
            Wire = new GoMap { IsStruct = true, ["type"] = type, ["function"] = function },
            ["Type"] = type,
            ["Items"] = null,
            ["Function"] = function,
        };
    }

    private static GoMap Schema(JsonElement? schema, string[] order)
    {
        bool isTop = order == s_parameterKeys;
        GoMap given = schema is { ValueKind: JsonValueKind.Object } element ? GoJson.ToMap(element, GoForm.Plain) : new GoMap();
        GoMap properties = Properties(schema);
        object? type = Types(given);
        var wire = new GoMap { IsStruct = true };
        foreach (string key in order)
        {
            bool isGiven = given.TryGet(key, out object? value);
            wire.Add(key, key switch
            {
                // Ollama's parameters always have both of these.
                "properties" when isTop || isGiven => properties,
                "type" when isTop || isGiven => type ?? GoStrings.Template("object"),
                _ => value,
            });
        }

        foreach ((string key, object? value) in given.Entries.Where(e => !order.Contains(e.Key, StringComparer.Ordinal)))
        {
            wire.Set(key, value);
        }

        return new GoMap
        {
            IsStruct = true,
            Form = isTop ? GoForm.Json : GoForm.Plain,
            Wire = wire,
            ["AnyOf"] = AnyOf(schema),
            ["Type"] = isTop ? type ?? GoStrings.Template("object") : Types(given) ?? new GoList([], GoForm.Types),
            ["Defs"] = Get(given, "$defs"),
            ["Items"] = Get(given, "items"),
            ["Description"] = Get(given, "description") ?? GoStrings.Template(""),
            ["Enum"] = Get(given, "enum") ?? new GoList([]),
            ["Required"] = Get(given, "required") ?? new GoList([]),
            ["Properties"] = properties,
        };
    }

    private static GoMap Properties(JsonElement? schema)
    {
        var properties = new GoMap();
        if (schema is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty("properties", out JsonElement given) && given.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in given.EnumerateObject())
            {
                properties.Set(property.Name, Schema(property.Value, s_propertyKeys));
            }
        }

        return properties;
    }

    private static GoList AnyOf(JsonElement? schema) =>
        schema is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty("anyOf", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array
            ? new GoList([.. choices.EnumerateArray().Select(choice => Schema(choice, s_propertyKeys))])
            : new GoList([]);

    private static GoList? Types(GoMap schema) => Get(schema, "type") switch
    {
        GoList list => list with { Form = GoForm.Types },
        MarkedText text => new GoList([text], GoForm.Types),
        _ => null,
    };

    private static object? Get(GoMap map, string key) => map.TryGet(key, out object? value) ? value : null;
}
