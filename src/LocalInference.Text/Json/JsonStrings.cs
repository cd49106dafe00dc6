using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LocalInference.Text;

/// <summary>
/// Texts and names of JSON, also those whose escapes spell half of a surrogate pair, which the platform's reader refuses: an answer
/// that was cut may hold one. U+FFFD stands for the half.
/// </summary>
internal static partial class JsonStrings
{
    // Of these, only half of a pair has this length.
    private const int HalfLength = 6;

    /// <summary>The text of a JSON string.</summary>
    public static string Of(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Mend(JsonMarshal.GetRawUtf8Value(text)[1..^1]);
        }
    }

    /// <summary>The name of a property.</summary>
    public static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Mend(JsonMarshal.GetRawUtf8PropertyName(property));
        }
    }

    private static string Mend(ReadOnlySpan<byte> escaped)
    {
        string text = Escape().Replace(Encoding.UTF8.GetString(escaped), static escape => escape.Length == HalfLength ? "\\ufffd" : escape.Value);
        using JsonDocument document = JsonDocument.Parse($"\"{text}\"");
        return document.RootElement.GetString()!;
    }

    // A pair, half of one, or the beginning of any other escape.
    [GeneratedRegex(@"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Escape();
}
