using System.Text.Json;

namespace LocalInference.Server.Http;

/// <summary>The fields of a JSON object of a request, by name and type. What is <c>null</c> is as if it were left out.</summary>
/// <param name="element">The object.</param>
/// <param name="path">Where it lies in the request, with a dot at the end; empty: it is the request.</param>
internal readonly struct JsonFields(JsonElement element, string path)
{
    /// <summary>Where it lies, for messages.</summary>
    public string Path => path;

    /// <summary>The object itself.</summary>
    public JsonElement Element => element;

    /// <summary>A field of any type; <see langword="null"/>: it is not there.</summary>
    public JsonElement? Any(string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Any(name) is { } value ? AsText(value, path + name) : null;

    public bool? Truth(string name) => Any(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(path + name, "true or false"),
    };

    /// <summary>A whole number, also if it is written with a fraction of zero.</summary>
    public int? Integer(string name) => Any(name) is { } value ? AsInteger(value, path + name) : null;

    public float? Number(string name) => Any(name) is { } value ? AsNumber(value, path + name) : null;

    public JsonFields? Object(string name) => Any(name) is { } value ? AsObject(value, path + name) : null;

    /// <summary>The elements of an array; none if it is not there.</summary>
    public IEnumerable<(JsonElement Value, string Path)> Items(string name) => Any(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => Enumerate(array, path + name),
        _ => throw Wrong(path + name, "an array"),
    };

    /// <summary>An array of texts; empty if it is not there.</summary>
    public IReadOnlyList<string> Texts(string name) => [.. Items(name).Select(static item => AsText(item.Value, item.Path))];

    /// <summary>A text or an array of texts; empty if it is not there.</summary>
    public IReadOnlyList<string> TextOrTexts(string name) => Any(name) is { ValueKind: JsonValueKind.String } text ? [text.GetString()!] : Texts(name);

    /// <summary>A text that has to be there.</summary>
    public string RequiredText(string name) => Text(name) ?? throw RequestException.Bad($"{path}{name} is required", path + name);

    public static string AsText(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(path, "a text");

    public static int AsInteger(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && Math.Abs(number) <= int.MaxValue && Math.Truncate(number) == number
            ? (int)number
            : throw Wrong(path, "a whole number");

    public static float AsNumber(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && float.IsFinite((float)number) ? (float)number : throw Wrong(path, "a number");

    public static JsonFields AsObject(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Object ? new JsonFields(value, path + ".") : throw Wrong(path, "an object");

    public static RequestException Wrong(string path, string type) => RequestException.Bad($"{path} must be {type}", path);

    private static IEnumerable<(JsonElement Value, string Path)> Enumerate(JsonElement array, string path)
    {
        int index = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            yield return (item, $"{path}[{index++}]");
        }
    }
}
