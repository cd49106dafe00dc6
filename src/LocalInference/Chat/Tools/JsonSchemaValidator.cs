using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LocalInference;

/// <summary>
/// Checks JSON against a schema (2020-12): the keywords of types, values, objects, arrays and combinations, and references within the
/// schema. Other keywords allow everything, as the standard says of unknown ones. What is wrong is said so that a model can mend it.
/// </summary>
internal sealed class JsonSchemaValidator
{
    // A model cannot use more at once, and a hostile schema must not keep a thread.
    private const int MostFaults = 5;
    private const int MostDepth = 64;
    private const int MostSteps = 100_000;

    private static readonly TimeSpan s_patternTime = TimeSpan.FromMilliseconds(100);

    private readonly JsonElement _root;
    private readonly List<string> _faults;
    private readonly int _depth;
    private readonly int[] _steps;

    private JsonSchemaValidator(JsonElement root, List<string> faults, int depth, int[] steps)
    {
        _root = root;
        _faults = faults;
        _depth = depth;
        _steps = steps;
    }

    /// <returns>What is wrong, at most five things; empty: nothing.</returns>
    public static IReadOnlyList<string> Validate(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        new JsonSchemaValidator(schema, faults, 0, [0]).Check(schema, value, "");
        return faults;
    }

    private bool IsValid(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        new JsonSchemaValidator(_root, faults, _depth + 1, _steps).Check(schema, value, "");
        return faults.Count == 0;
    }

    private void Check(JsonElement schema, JsonElement value, string path)
    {
        if (schema.ValueKind == JsonValueKind.False)
        {
            Fault(path, "is not allowed");
        }

        if (schema.ValueKind != JsonValueKind.Object || _faults.Count >= MostFaults || _depth > MostDepth || ++_steps[0] > MostSteps)
        {
            return;
        }

        if (schema.TryGetProperty("$ref", out JsonElement reference) && Resolve(reference) is { } target)
        {
            new JsonSchemaValidator(_root, _faults, _depth + 1, _steps).Check(target, value, path);
        }

        if (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out JsonElement nullable) && nullable.ValueKind == JsonValueKind.True)
        {
            return;
        }

        if (!CheckType(schema, value, path))
        {
            return;
        }

        CheckValues(schema, value, path);
        CheckCombinations(schema, value, path);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(schema, value, path);
                break;
            case JsonValueKind.Array:
                CheckArray(schema, value, path);
                break;
            case JsonValueKind.String:
                CheckString(schema, value.GetString()!, path);
                break;
            case JsonValueKind.Number:
                CheckNumber(schema, value, path);
                break;
            default:
                break;
        }
    }

    private bool CheckType(JsonElement schema, JsonElement value, string path)
    {
        if (!schema.TryGetProperty("type", out JsonElement type))
        {
            return true;
        }

        string[] types = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(static t => t.ToString())] : [type.ToString()];
        if (types.Any(name => Is(name, value)))
        {
            return true;
        }

        Fault(path, $"must be of type {string.Join(" or ", types)}");
        return false;
    }

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && Math.Abs(value.GetDouble() % 1) == 0,
        _ => true,
    };

    private void CheckValues(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("enum", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            Fault(path, $"must be one of {Shortened(choices)}");
        }

        if (schema.TryGetProperty("const", out JsonElement constant) && !JsonElement.DeepEquals(constant, value))
        {
            Fault(path, $"must be {Shortened(constant)}");
        }
    }

    private void CheckCombinations(JsonElement schema, JsonElement value, string path)
    {
        foreach (JsonElement part in Schemas(schema, "allOf"))
        {
            new JsonSchemaValidator(_root, _faults, _depth + 1, _steps).Check(part, value, path);
        }

        if (schema.TryGetProperty("anyOf", out _) && !Schemas(schema, "anyOf").Any(part => IsValid(part, value)))
        {
            Fault(path, "matches none of the alternatives");
        }

        if (schema.TryGetProperty("oneOf", out _) && Schemas(schema, "oneOf").Count(part => IsValid(part, value)) is not 1 and var matches)
        {
            Fault(path, matches == 0 ? "matches none of the alternatives" : "matches more than one of the alternatives");
        }

        if (schema.TryGetProperty("not", out JsonElement not) && IsValid(not, value))
        {
            Fault(path, "is what the schema excludes");
        }
    }

    private void CheckObject(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (string name in required.EnumerateArray().Select(static name => name.ToString()).Where(name => !value.TryGetProperty(name, out _)))
            {
                Fault(Child(path, name), "is missing");
            }
        }

        Limit(schema, "minProperties", value.GetPropertyCount(), path, "properties", least: true);
        Limit(schema, "maxProperties", value.GetPropertyCount(), path, "properties", least: false);
        bool named = schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object;
        bool limited = schema.TryGetProperty("additionalProperties", out JsonElement additional) && !schema.TryGetProperty("patternProperties", out _);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (named && properties.TryGetProperty(property.Name, out JsonElement known))
            {
                Deeper(known, property.Value, Child(path, property.Name));
            }
            else if (limited && additional.ValueKind == JsonValueKind.False)
            {
                Fault(Child(path, property.Name), "is not a property of the schema");
            }
            else if (limited)
            {
                Deeper(additional, property.Value, Child(path, property.Name));
            }
        }
    }

    private void CheckArray(JsonElement schema, JsonElement value, string path)
    {
        Limit(schema, "minItems", value.GetArrayLength(), path, "items", least: true);
        Limit(schema, "maxItems", value.GetArrayLength(), path, "items", least: false);
        JsonElement[] first = [.. Schemas(schema, "prefixItems")];
        bool hasRest = schema.TryGetProperty("items", out JsonElement rest);
        for (int i = 0; i < value.GetArrayLength(); i++)
        {
            if (i < first.Length)
            {
                Deeper(first[i], value[i], Child(path, $"{i}"));
            }
            else if (hasRest)
            {
                Deeper(rest, value[i], Child(path, $"{i}"));
            }
        }
    }

    private void CheckString(JsonElement schema, string value, string path)
    {
        int length = value.EnumerateRunes().Count();
        Limit(schema, "minLength", length, path, "characters", least: true);
        Limit(schema, "maxLength", length, path, "characters", least: false);
        if (schema.TryGetProperty("pattern", out JsonElement pattern) && pattern.ValueKind == JsonValueKind.String && !Matches(pattern.GetString()!, value))
        {
            Fault(path, $"must match {Shortened(pattern)}");
        }
    }

    private void CheckNumber(JsonElement schema, JsonElement value, string path)
    {
        double number = value.GetDouble();
        Bound(schema, "minimum", path, "at least", limit => number >= limit);
        Bound(schema, "maximum", path, "at most", limit => number <= limit);
        Bound(schema, "exclusiveMinimum", path, "more than", limit => number > limit);
        Bound(schema, "exclusiveMaximum", path, "less than", limit => number < limit);
        Bound(schema, "multipleOf", path, "a multiple of", step => step <= 0 || Math.Abs((number / step) - Math.Round(number / step)) < 1e-9);
    }

    private void Bound(JsonElement schema, string keyword, string path, string words, Func<double, bool> holds)
    {
        if (schema.TryGetProperty(keyword, out JsonElement limit) && limit.ValueKind == JsonValueKind.Number && !holds(limit.GetDouble()))
        {
            Fault(path, $"must be {words} {limit.GetRawText()}");
        }
    }

    private void Limit(JsonElement schema, string keyword, int count, string path, string things, bool least)
    {
        if (schema.TryGetProperty(keyword, out JsonElement limit) && limit.ValueKind == JsonValueKind.Number && (least ? count < limit.GetDouble() : count > limit.GetDouble()))
        {
            Fault(path, $"must have {(least ? "at least" : "at most")} {limit.GetRawText()} {things}");
        }
    }

    private void Deeper(JsonElement schema, JsonElement value, string path) =>
        new JsonSchemaValidator(_root, _faults, _depth + 1, _steps).Check(schema, value, path);

    // A pattern that .NET does not read, or not in time, decides nothing.
    private static bool Matches(string pattern, string value)
    {
        try
        {
            return Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant | RegexOptions.ECMAScript, s_patternTime);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return true;
        }
    }

    private JsonElement? Resolve(JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String || reference.GetString() is not ['#', .. var pointer])
        {
            return null;
        }

        JsonElement place = _root;
        foreach (string part in pointer.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            bool found = place.ValueKind switch
            {
                JsonValueKind.Object => place.TryGetProperty(name, out place),
                JsonValueKind.Array => int.TryParse(name, CultureInfo.InvariantCulture, out int index) && (uint)index < (uint)place.GetArrayLength() && (place = place[index]).ValueKind != JsonValueKind.Undefined,
                _ => false,
            };
            if (!found)
            {
                return null;
            }
        }

        return place;
    }

    private static JsonElement.ArrayEnumerator Schemas(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out JsonElement parts) && parts.ValueKind == JsonValueKind.Array ? parts.EnumerateArray() : default;

    private static string Shortened(JsonElement json) => json.GetRawText() is { Length: > 200 } text ? $"{text[..200]}…" : json.GetRawText();

    private static string Child(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private void Fault(string path, string what)
    {
        if (_faults.Count < MostFaults)
        {
            _faults.Add($"{(path.Length == 0 ? "the value" : path)} {what}");
        }
    }
}
