using System.Globalization;
using System.Text;

namespace LocalInference.Text;

/// <summary>
/// How JSON spells the characters that cannot stand in a string as they are (RFC 8259, section 7): quotation mark, backslash and
/// control characters, the short way where there is one. The slash, which may be escaped, is not.
/// </summary>
internal static class JsonEscapes
{
    /// <summary>The escape of a character; <see langword="null"/> for one that stands as it is.</summary>
    public static string? Of(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' => ByNumber(c),
        _ => null,
    };

    /// <summary>The escape that every character has.</summary>
    public static string ByNumber(char c) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");

    /// <summary>Appends text as the inside of a JSON string.</summary>
    public static void Append(StringBuilder output, ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (Of(c) is { } escape)
            {
                output.Append(escape);
            }
            else
            {
                output.Append(c);
            }
        }
    }

    /// <summary>Text as a JSON string.</summary>
    public static string Quote(string text)
    {
        StringBuilder output = new(text.Length + 2);
        output.Append('"');
        Append(output, text);
        return output.Append('"').ToString();
    }
}
