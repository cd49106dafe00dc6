using System.Globalization;
using System.Text.Json;

namespace LocalInference.Text;

internal sealed partial class SchemaKeywords
{
    private JsonTypes ReadTypes(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0)
        {
            return value.EnumerateArray().Aggregate(JsonTypes.None, (types, name) => types | ReadType(name));
        }

        return ReadType(value);
    }

    private JsonTypes ReadType(JsonElement value) => Text("type", value) switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        "object" => JsonTypes.Object,
        var name => throw Error("type", $"'{name}' is not a type of JSON"),
    };

    private SchemaNode Schema(string keyword, JsonElement value, int? index = null)
    {
        string pointer = index is { } i ? string.Create(CultureInfo.InvariantCulture, $"{Node.Pointer}/{keyword}/{i}") : $"{Node.Pointer}/{keyword}";
        return value.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False
            ? new SchemaNode(value, pointer)
            : throw new GrammarException("A schema is an object or a boolean.", pointer);
    }

    private List<SchemaNode> Schemas(string keyword, JsonElement value, bool mayBeEmpty = false)
    {
        if (value.ValueKind != JsonValueKind.Array || (value.GetArrayLength() == 0 && !mayBeEmpty))
        {
            throw Error(keyword, "must be a list of schemas");
        }

        return [.. value.EnumerateArray().Select((schema, index) => Schema(keyword, schema, index))];
    }

    private string Text(string keyword, JsonElement value)
    {
        try
        {
            return value.GetString() ?? throw Error(keyword, "must be a text, not null");
        }
        catch (InvalidOperationException e)
        {
            // Another type, or an escape that spells half of a surrogate pair.
            throw new GrammarException($"{keyword} must be a text.", $"{Node.Pointer}/{keyword}", e);
        }
    }

    private SchemaNumber Number(string keyword, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? SchemaNumber.Read(value) : throw Error(keyword, "must be a number");

    private int Count(string keyword, JsonElement value)
    {
        SchemaNumber number = Number(keyword, value);
        if (number.Value < 0 || (number.IsExact && number.Value != decimal.Truncate(number.Value)))
        {
            throw Error(keyword, "must be a whole number of at least 0");
        }

        return number.Value < int.MaxValue ? (int)number.Value : int.MaxValue;
    }

    // One that cannot be written is refused here, before anybody looks at its text.
    private JsonElement Listed(string keyword, JsonElement value)
    {
        JsonValues.Write(value, $"{Node.Pointer}/{keyword}");
        return value;
    }

    private static List<JsonElement> Both(List<JsonElement>? one, List<JsonElement> other) =>
        one is null ? other : JsonValues.Intersect(one, other);

    private GrammarException Error(string keyword, string what) => new($"{keyword} {what}.", $"{Node.Pointer}/{keyword}");
}
