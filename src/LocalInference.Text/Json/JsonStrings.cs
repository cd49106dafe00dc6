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

    // As it came: whoever parsed it first had a limit of his own.
    private static readonly JsonDocumentOptions s_given = new() { MaxDepth = int.MaxValue, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

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

    /// <summary>An object in which every text and name can be read and written, for who looks names up: the platform's search refuses too.</summary>
    /// <param name="json">JSON of any kind; itself, where it has no half.</param>
    public static JsonElement Mended(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return json;
        }

        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(json);
        return raw.IndexOf("\\ud"u8) < 0 && raw.IndexOf("\\uD"u8) < 0 ? json : JsonElement.Parse(WithoutHalves(raw), s_given);
    }

    private static string Mend(ReadOnlySpan<byte> escaped)
    {
        using JsonDocument document = JsonDocument.Parse($"\"{WithoutHalves(escaped)}\"");
        return document.RootElement.GetString()!;
    }

    private static string WithoutHalves(ReadOnlySpan<byte> json) =>
        Escape().Replace(Encoding.UTF8.GetString(json), static escape => escape.Length == HalfLength ? "\\ufffd" : escape.Value);

    // A pair, half of one, or the beginning of any other escape.
    [GeneratedRegex(@"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Escape();
}
