using System.Text;
using System.Text.Json;

namespace LocalInference.Text.GoTemplates;

/// <summary>Values to JSON and back. The text is what Go's package encoding/json makes, which escapes &lt;, &gt; and &amp;.</summary>
internal static class GoJson
{
    /// <summary>Everything that came as JSON was written by somebody, so its strings are content.</summary>
    public static object? FromElement(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => GoStrings.Content(JsonStrings.Of(element)),
        JsonValueKind.Number => element.TryGetInt64(out long integer) ? integer : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => new GoList([.. element.EnumerateArray().Select(FromElement)]),
        JsonValueKind.Object => ToMap(element, GoForm.Plain),
        _ => null,
    };

    public static GoMap ToMap(JsonElement element, GoForm form)
    {
        var map = new GoMap { Form = form };
        foreach (JsonProperty property in element.EnumerateObject())
        {
            // Add leaves null out, which is a value in JSON.
            map.Set(JsonStrings.NameOf(property), FromElement(property.Value));
        }

        return map;
    }

    public static MarkedText Write(object? value)
    {
        var json = new StringBuilder();
        bool isContent = Write(value, json);
        return GoStrings.Of(json.ToString(), isContent);
    }

    private static bool Write(object? value, StringBuilder json)
    {
        switch (value)
        {
            case null:
                json.Append("null");
                return false;
            case bool truth:
                json.Append(truth ? "true" : "false");
                return false;
            case long integer:
                json.Append(integer);
                return false;
            case double real:
                json.Append(GoNumbers.Format(real, asJson: true));
                return false;
            case MarkedText text:
                WriteString(text.Text, json);
                return GoStrings.HasContent(text);
            case GoList { Form: GoForm.Types, Items: [var only] }:
                return Write(only, json);
            case GoList list:
                return WriteList(list, json);
            default:
                return WriteMap((GoMap)value, json);
        }
    }

    private static bool WriteList(GoList list, StringBuilder json)
    {
        bool isContent = false;
        json.Append('[');
        for (int i = 0; i < list.Items.Count; i++)
        {
            json.Append(i > 0 ? "," : "");
            isContent |= Write(list.Items[i], json);
        }

        json.Append(']');
        return isContent;
    }

    private static bool WriteMap(GoMap map, StringBuilder json)
    {
        map = map.Wire ?? map;
        bool isFirst = true;
        bool isContent = !map.IsStruct && map.Count > 0;
        json.Append('{');
        foreach ((string name, object? value) in map.Entries)
        {
            json.Append(isFirst ? "" : ",");
            isFirst = false;
            WriteString(name, json);
            json.Append(':');
            isContent |= Write(value, json);
        }

        json.Append('}');
        return isContent;
    }

    private static void WriteString(string text, StringBuilder json)
    {
        json.Append('"');
        foreach (char c in text)
        {
            // Go escapes what could end a script in a web page, too.
            string? escaped = c is '<' or '>' or '&' or '\u2028' or '\u2029' ? JsonEscapes.ByNumber(c) : JsonEscapes.Of(c);
            _ = escaped is null ? json.Append(c) : json.Append(escaped);
        }

        json.Append('"');
    }
}
