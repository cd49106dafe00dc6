using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>Reads from a JSON schema which types its values may have; all that the parsers need of it.</summary>
internal static class SchemaTypes
{
    /// <summary>Deeper than any honest schema nests references and alternatives.</summary>
    private const int MaximumDepth = 16;

    private static readonly string[] s_alternativeKeywords = ["anyOf", "oneOf", "allOf"];

    /// <summary>The types a schema allows; <see cref="JsonTypes.None"/> if it does not say.</summary>
    public static JsonTypes Read(JsonElement schema, JsonElement? root, int depth = 0)
    {
        schema = Resolve(schema, root);
        if (schema.ValueKind != JsonValueKind.Object || depth > MaximumDepth)
        {
            return JsonTypes.None;
        }

        JsonTypes types = JsonTypes.None;
        if (schema.TryGetProperty("type", out JsonElement type))
        {
            types = type.ValueKind == JsonValueKind.Array
                ? type.EnumerateArray().Aggregate(JsonTypes.None, (all, one) => all | Named(one))
                : Named(type);
        }

        if (types == JsonTypes.None && schema.TryGetProperty("const", out JsonElement constant))
        {
            types = Of(constant);
        }

        if (types == JsonTypes.None && schema.TryGetProperty("enum", out JsonElement values) && values.ValueKind == JsonValueKind.Array)
        {
            types = values.EnumerateArray().Aggregate(JsonTypes.None, (all, one) => all | Of(one));
        }

        if (types == JsonTypes.None)
        {
            foreach (JsonElement alternative in Alternatives(schema))
            {
                types |= Read(alternative, root, depth + 1);
            }
        }

        if (types == JsonTypes.None && (schema.TryGetProperty("properties", out _) || schema.TryGetProperty("required", out _)))
        {
            types = JsonTypes.Object;
        }

        return types == JsonTypes.None && schema.TryGetProperty("items", out _) ? JsonTypes.Array : types;
    }

    /// <summary>The schemas of <c>anyOf</c>, <c>oneOf</c> and <c>allOf</c>.</summary>
    public static IEnumerable<JsonElement> Alternatives(JsonElement schema)
    {
        foreach (string keyword in s_alternativeKeywords)
        {
            if (schema.TryGetProperty(keyword, out JsonElement list) && list.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement alternative in list.EnumerateArray())
                {
                    yield return alternative;
                }
            }
        }
    }

    /// <summary>The schema of a property, also within alternatives; <see langword="null"/> if there is none.</summary>
    public static JsonElement? Property(JsonElement schema, JsonElement? root, string name, int depth = 0)
    {
        schema = Resolve(schema, root);
        if (schema.ValueKind != JsonValueKind.Object || depth > MaximumDepth)
        {
            return null;
        }

        if (schema.TryGetProperty("properties", out JsonElement properties)
            && properties.ValueKind == JsonValueKind.Object
            && properties.TryGetProperty(name, out JsonElement property))
        {
            return property;
        }

        foreach (JsonElement alternative in Alternatives(schema))
        {
            if (Property(alternative, root, name, depth + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The schema of an array's items, also within alternatives; <see langword="null"/> if there is none.</summary>
    public static JsonElement? Items(JsonElement schema, JsonElement? root, int depth = 0)
    {
        schema = Resolve(schema, root);
        if (schema.ValueKind != JsonValueKind.Object || depth > MaximumDepth)
        {
            return null;
        }

        if (schema.TryGetProperty("items", out JsonElement items))
        {
            return items;
        }

        foreach (JsonElement alternative in Alternatives(schema))
        {
            if (Items(alternative, root, depth + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static JsonElement Resolve(JsonElement schema, JsonElement? root)
    {
        for (int depth = 0; depth < MaximumDepth && schema.ValueKind == JsonValueKind.Object; depth++)
        {
            if (root is not { } document
                || !schema.TryGetProperty("$ref", out JsonElement reference)
                || reference.ValueKind != JsonValueKind.String
                || reference.GetString() is not { } path
                || !path.StartsWith("#/", StringComparison.Ordinal))
            {
                break;
            }

            JsonElement target = document;
            foreach (string part in path[2..].Split('/'))
            {
                string key = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
                if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(key, out target))
                {
                    return schema;
                }
            }

            schema = target;
        }

        return schema;
    }

    private static JsonTypes Named(JsonElement name) => name.ValueKind != JsonValueKind.String ? JsonTypes.None : name.GetString() switch
    {
        "string" => JsonTypes.String,
        "number" or "integer" => JsonTypes.Number,
        "boolean" => JsonTypes.Boolean,
        "null" => JsonTypes.Null,
        "object" => JsonTypes.Object,
        "array" => JsonTypes.Array,
        _ => JsonTypes.None,
    };

    private static JsonTypes Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Number => JsonTypes.Number,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        _ => JsonTypes.None,
    };
}
