using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>JSON text without a writer: what the parsers put together piece by piece.</summary>
internal static class JsonText
{
    /// <summary>Appends text as the inside of a JSON string, escaping only what RFC 8259 requires.</summary>
    public static void AppendEscaped(StringBuilder output, ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            switch (c)
            {
                case '"':
                    output.Append("\\\"");
                    break;
                case '\\':
                    output.Append("\\\\");
                    break;
                case '\n':
                    output.Append("\\n");
                    break;
                case '\r':
                    output.Append("\\r");
                    break;
                case '\t':
                    output.Append("\\t");
                    break;
                case < ' ':
                    output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                    break;
                default:
                    output.Append(c);
                    break;
            }
        }
    }

    /// <summary>Text as a JSON string.</summary>
    public static string Quote(string text)
    {
        StringBuilder output = new(text.Length + 2);
        output.Append('"');
        AppendEscaped(output, text);
        return output.Append('"').ToString();
    }

    /// <summary>Reads text that should be one JSON value.</summary>
    /// <param name="text">The text.</param>
    /// <param name="python">Whether Python's literals count.</param>
    /// <param name="json">The value as strict JSON.</param>
    /// <param name="kind">What it is.</param>
    public static bool TryNormalize(ReadOnlySpan<char> text, bool python, out string json, out JsonValueKind kind)
    {
        JsonRelay relay = new(python);
        StringBuilder output = new(text.Length);
        int used = relay.Accept(text, output);
        relay.End();
        json = output.ToString();
        kind = JsonValueKind.Undefined;
        if (!relay.IsDone || !text[used..].Trim().IsEmpty)
        {
            return false;
        }

        kind = json[0] switch
        {
            '{' => JsonValueKind.Object,
            '[' => JsonValueKind.Array,
            '"' => JsonValueKind.String,
            't' => JsonValueKind.True,
            'f' => JsonValueKind.False,
            'n' => JsonValueKind.Null,
            _ => JsonValueKind.Number,
        };
        return true;
    }
}
