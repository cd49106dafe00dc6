using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace LocalInference.Text.Jinja;

/// <summary>JSON as Python reads it.</summary>
internal static class PythonJson
{
    public static JinjaValue Read(JsonElement json, bool isContent) => json.ValueKind switch
    {
        JsonValueKind.Undefined => default,
        JsonValueKind.Null => JinjaValue.None,
        JsonValueKind.True => JinjaValue.FromBoolean(true),
        JsonValueKind.False => JinjaValue.FromBoolean(false),
        JsonValueKind.String => JinjaValue.OfText(JsonStrings.Of(json), isContent),
        JsonValueKind.Number => Number(json),
        JsonValueKind.Array => new(new JsonList(json, isContent)),
        _ => new(new JsonMap(json, isContent)),
    };

    private static JinjaValue Number(JsonElement json)
    {
        if (json.TryGetInt64(out long integer))
        {
            // Python reads -0 as the integer 0 but 1.0 as a float; TryGetInt64 refuses everything with a point or an exponent.
            return JinjaValue.FromInteger(integer);
        }

        string raw = json.GetRawText();
        return raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0 && raw.Length <= PythonNumbers.MaxDigits
            ? JinjaValue.FromInteger(BigInteger.Parse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
            : JinjaValue.FromFloat(json.GetDouble());
    }
}
