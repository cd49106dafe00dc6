using System.Text.Json.Nodes;
using LocalInference.Gguf;

namespace LocalInference.Cli.Inspect;

/// <summary>Metadata as JSON: scalars and short arrays as they are, long arrays by count and beginning.</summary>
internal static class MetadataJson
{
    // A vocabulary has a hundred thousand entries and says little; four dimension sections or eight stop tokens say a lot.
    private const int LongestWholeArray = 16;
    private const int ElementsShown = 4;

    // An array of arrays of arrays is no model's; the reader allows it, a person need not see it.
    private const int Depth = 4;

    public static JsonObject Of(GgufMetadata metadata)
    {
        JsonObject json = [];
        foreach ((string key, GgufValue value) in metadata)
        {
            json[key] = Node(value, Depth);
        }

        return json;
    }

    private static JsonNode? Node(GgufValue value, int depth)
    {
        if (value.Type == GgufValueType.Array)
        {
            return Node(value.AsArray(), depth);
        }

        if (value.TryGetInt64(out long integer))
        {
            return JsonValue.Create(integer);
        }

        if (value.TryGetUInt64(out ulong unsigned))
        {
            return JsonValue.Create(unsigned);
        }

        if (value.TryGetBoolean(out bool boolean))
        {
            return JsonValue.Create(boolean);
        }

        // JSON has no infinity and no NaN, and a float's own digits are those that make it, not those of the double it becomes.
        return value.TryGetDouble(out double number) && double.IsFinite(number)
            ? JsonNode.Parse(value.ToString())
            : JsonValue.Create(value.ToString());
    }

    private static JsonObject Summary(GgufArray array, int depth) => new()
    {
        ["type"] = array.ElementType.ToString().ToLowerInvariant(),
        ["count"] = array.Count,
        ["first"] = Elements(array, Math.Min(array.Count, ElementsShown), depth),
    };

    private static JsonNode Node(GgufArray array, int depth) =>
        depth == 0 || array.Count > LongestWholeArray ? Summary(array, depth) : Elements(array, array.Count, depth);

    private static JsonArray Elements(GgufArray array, int count, int depth)
    {
        JsonArray elements = [];
        for (int i = 0; i < count && depth > 0; i++)
        {
            elements.Add(Node(array[i], depth - 1));
        }

        return elements;
    }
}
