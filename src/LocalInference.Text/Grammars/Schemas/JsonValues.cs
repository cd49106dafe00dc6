using System.Text;
using System.Text.Json;

namespace LocalInference.Text;

/// <summary>JSON values of a schema: compared, and written without white space.</summary>
internal static class JsonValues
{
    /// <summary>The values of one list that are also in the other.</summary>
    public static List<JsonElement> Intersect(List<JsonElement> one, List<JsonElement> other)
    {
        HashSet<string> there = [.. other.Select(Key)];
        return [.. one.Where(v => there.Contains(Key(v)))];
    }

    /// <summary>Whether two lists have a value in common.</summary>
    public static bool Overlap(List<JsonElement> one, List<JsonElement> other)
    {
        HashSet<string> there = [.. other.Select(Key)];
        return one.Exists(v => there.Contains(Key(v)));
    }

    /// <summary>The type of a value. A number without a fraction is an integer, also as <c>1.0</c>.</summary>
    public static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.String => JsonTypes.String,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.Object => JsonTypes.Object,
        _ => SchemaNumber.Read(value) is { IsExact: true } number && number.Value != decimal.Truncate(number.Value) ? JsonTypes.Fraction : JsonTypes.Integer,
    };

    /// <summary>The JSON text of a value, numbers as they are written in the schema.</summary>
    public static string Write(JsonElement value, string pointer)
    {
        try
        {
            var text = new StringBuilder();
            Write(text, value);
            return text.ToString();
        }
        catch (InvalidOperationException e)
        {
            throw new GrammarException("An escape spells half of a surrogate pair.", pointer, e);
        }
    }

    // Numbers of the same value are the same value: 1 and 1.0, 10 and 1e1.
    private static string Key(JsonElement value) => value.ValueKind == JsonValueKind.Number && SchemaNumber.Read(value) is { IsExact: true } number
        ? FormattableString.Invariant($"{number.Value / 1.0000000000000000000000000000m}")
        : Write(value, "#");

    private static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                text.Append(JsonEscapes.Quote(value.GetString()!));
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Separate(text, '[');
                    Write(text, item);
                }

                text.Append(']');
                break;
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Separate(text, '{');
                    text.Append(JsonEscapes.Quote(property.Name));
                    text.Append(':');
                    Write(text, property.Value);
                }

                text.Append('}');
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void Separate(StringBuilder text, char opening)
    {
        // A nested value never ends with an opening bracket, so one stands here only before the first.
        if (text[^1] != opening)
        {
            text.Append(',');
        }
    }
}
