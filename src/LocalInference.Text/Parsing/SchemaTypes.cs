using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>Reads from a JSON schema which types its values may have; all that the parsers need of it.</summary>
internal static class SchemaTypes
{
    /// <summary>Deeper than any honest schema nests references and alternatives.</summary>
    private const int MaximumDepth = 16;

    /// <summary>
    /// The work for one question, in values passed by: eight references to the schema that they stand in are 8^16 ways at that depth.
    /// </summary>
    private const int MaximumSteps = 20_000;

    private const int StepsPerSchema = 16;

    private static readonly string[] s_alternativeKeywords = ["anyOf", "oneOf", "allOf"];

    /// <summary>The types a schema allows; <see cref="JsonTypes.None"/> if it does not say.</summary>
    public static JsonTypes Read(JsonElement schema, JsonElement? root)
    {
        int steps = MaximumSteps;
        return Read(schema, root, 0, ref steps);
    }

    /// <summary>
    /// The schema of a property, also within alternatives, or the one for those that are not named; <see langword="null"/> if there is
    /// none.
    /// </summary>
    public static JsonElement? Property(JsonElement schema, JsonElement? root, string name)
    {
        int steps = MaximumSteps;

        // Additional ones only where no alternative names the property.
        return Find(schema, root, one => OwnProperty(one, name), 0, ref steps) ?? Find(schema, root, Additional, 0, ref steps);
    }

    /// <summary>The schema of an array's items, also within alternatives; <see langword="null"/> if there is none.</summary>
    public static JsonElement? Items(JsonElement schema, JsonElement? root)
    {
        int steps = MaximumSteps;
        return Find(schema, root, static one => one.TryGetProperty("items", out JsonElement items) ? items : null, 0, ref steps);
    }

    private static JsonTypes Read(JsonElement schema, JsonElement? root, int depth, ref int steps)
    {
        if (!Enter(ref schema, root, depth, ref steps))
        {
            return JsonTypes.None;
        }

        JsonTypes types = JsonTypes.None;
        if (schema.TryGetProperty("type", out JsonElement type))
        {
            types = type.ValueKind == JsonValueKind.Array ? All(type, Named, ref steps) : Named(type);
        }

        if (types == JsonTypes.None && schema.TryGetProperty("const", out JsonElement constant))
        {
            types = Of(constant);
        }

        if (types == JsonTypes.None && schema.TryGetProperty("enum", out JsonElement values) && values.ValueKind == JsonValueKind.Array)
        {
            types = All(values, Of, ref steps);
        }

        if (types == JsonTypes.None)
        {
            foreach (JsonElement alternative in Alternatives(schema))
            {
                types |= Read(alternative, root, depth + 1, ref steps);
                if (steps <= 0)
                {
                    break;
                }
            }
        }

        if (types == JsonTypes.None && (schema.TryGetProperty("properties", out _) || schema.TryGetProperty("required", out _)))
        {
            types = JsonTypes.Object;
        }

        return types == JsonTypes.None && schema.TryGetProperty("items", out _) ? JsonTypes.Array : types;
    }

    private static JsonElement? OwnProperty(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out JsonElement property) ? property : null;

    private static JsonElement? Additional(JsonElement schema) =>
        schema.TryGetProperty("additionalProperties", out JsonElement others) && others.ValueKind == JsonValueKind.Object ? others : null;

    /// <summary>What the first schema has of what is looked for: the schema itself, or one of its alternatives.</summary>
    private static JsonElement? Find(JsonElement schema, JsonElement? root, Func<JsonElement, JsonElement?> look, int depth, ref int steps)
    {
        if (!Enter(ref schema, root, depth, ref steps))
        {
            return null;
        }

        if (look(schema) is { } own)
        {
            return own;
        }

        foreach (JsonElement alternative in Alternatives(schema))
        {
            if (Find(alternative, root, look, depth + 1, ref steps) is { } found)
            {
                return found;
            }

            if (steps <= 0)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>The schemas of <c>anyOf</c>, <c>oneOf</c> and <c>allOf</c>.</summary>
    private static IEnumerable<JsonElement> Alternatives(JsonElement schema)
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

    /// <summary>Follows references to the schema that is meant.</summary>
    /// <returns>Whether it may be looked at.</returns>
    private static bool Enter(ref JsonElement schema, JsonElement? root, int depth, ref int steps)
    {
        for (int followed = 0; followed < MaximumDepth && Target(schema, root, ref steps) is { } target; followed++)
        {
            schema = target;
        }

        steps -= StepsPerSchema;
        return schema.ValueKind == JsonValueKind.Object && depth <= MaximumDepth && steps > 0;
    }

    /// <summary>What a schema refers to; <see langword="null"/>: nothing, or nothing that is there.</summary>
    private static JsonElement? Target(JsonElement schema, JsonElement? root, ref int steps)
    {
        if (root is not { } target
            || schema.ValueKind != JsonValueKind.Object
            || !schema.TryGetProperty("$ref", out JsonElement reference)
            || reference.ValueKind != JsonValueKind.String
            || JsonStrings.Of(reference) is not { } path
            || !(path == "#" || path.StartsWith("#/", StringComparison.Ordinal))
            || (steps -= path.Length) <= 0)
        {
            return null;
        }

        foreach (string part in path.Split('/').Skip(1))
        {
            string key = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind != JsonValueKind.Object
                || (steps -= target.GetPropertyCount()) <= 0
                || !target.TryGetProperty(key, out target))
            {
                return null;
            }
        }

        return target;
    }

    private static JsonTypes All(JsonElement values, Func<JsonElement, JsonTypes> read, ref int steps)
    {
        steps -= values.GetArrayLength();
        return steps > 0 ? values.EnumerateArray().Aggregate(JsonTypes.None, (all, one) => all | read(one)) : JsonTypes.None;
    }

    private static JsonTypes Named(JsonElement name) => name.ValueKind != JsonValueKind.String ? JsonTypes.None : JsonStrings.Of(name) switch
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
