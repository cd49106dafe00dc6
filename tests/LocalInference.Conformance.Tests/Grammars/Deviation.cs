using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>
/// Where our grammars differ from llama.cpp's on purpose. Each entry says why, and decides for a text whether that is the reason:
/// every other difference fails the test.
/// </summary>
internal static class Deviation
{
    /// <summary>
    /// Whether llama.cpp's grammar may allow a text that ours refuses: it is no JSON that a reader takes (-05, an unescaped
    /// quotation mark, half of a surrogate pair), or the schema itself refuses it.
    /// </summary>
    public static bool OursMayRefuse(SchemaPair pair, string text)
    {
        if (ReadStrings(text) is not { } strings)
        {
            return true;
        }

        return SpellsPairs(text) || EscapesInOtherNames(pair, text) || pair.Name switch
        {
            // llama.cpp takes patterns that it cannot write for any string; ours can write these.
            "unanchored regexp" => !Regex.IsMatch(strings[0], "[0-9]+", RegexOptions.None, TimeSpan.FromSeconds(1)),
            "regexp with unsupported shorthand" => !Regex.IsMatch(strings[0], "^[0-9]{3}[a-zA-Z0-9_]$", RegexOptions.None, TimeSpan.FromSeconds(1)),

            // 30 February, and the year 0, which few readers of dates know.
            "exotic formats" => !IsDate(strings[0]) || !IsDate(strings[3][..10]),
            _ => false,
        };
    }

    /// <summary>Whether ours may allow a text that llama.cpp's refuses although the schema allows it.</summary>
    public static bool OursMayAllow(SchemaPair pair, string text) => SpellsPairs(text) || EscapesInOtherNames(pair, text) || pair.Name switch
    {
        // llama.cpp writes patterns into JSON strings without escaping what JSON wants escaped.
        "regexp quote" => text == "\"\\\"\"",
        "regexp" => ReadStrings(text) is [var value] && text.Contains('\\', StringComparison.Ordinal)
            && Regex.IsMatch(OneUnitEach(value), @"^(\([0-9]{1,3}\))?[0-9]{3}-[0-9]{4} a{3,5}nd...$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)),
        _ => false,
    };

    /// <summary>
    /// The grammar to compare with. An empty property's name makes llama.cpp overwrite its rule root, so that the object, under
    /// root0, is never reached: there the object's rule is taken for the root.
    /// </summary>
    public static string Expected(SchemaPair pair) => pair.Name == "optional props with empty name"
        ? Regex.Replace(pair.Expected!, @"\broot\b(?!0)", "number-of-root", RegexOptions.None, TimeSpan.FromSeconds(1)).Replace("root0", "root", StringComparison.Ordinal)
        : pair.Expected!;

    // Beside properties with names, llama.cpp takes a backslash in another name for a character like any other, so that it allows
    // and refuses escapes by chance.
    private static bool EscapesInOtherNames(SchemaPair pair, string text) =>
        pair.Expected!.Contains("additional-k ::=", StringComparison.Ordinal) && text.Contains('\\', StringComparison.Ordinal);

    // "\ud83d\ude00" is one character, and counts as one for minLength and maxLength; llama.cpp counts two.
    private static bool SpellsPairs(string text) => Regex.IsMatch(text, @"\\u[dD][89abAB]", RegexOptions.None, TimeSpan.FromSeconds(1));

    // .NET's dot matches half of a surrogate pair; a schema's matches a character.
    private static string OneUnitEach(string text) => string.Concat(text.EnumerateRunes().Select(static rune => rune.IsBmp ? rune.ToString() : "x"));

    private static bool IsDate(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    // All strings of a JSON text; null: it is not one.
    private static List<string>? ReadStrings(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            var strings = new List<string>();
            Collect(document.RootElement, strings);
            return strings;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Collect(JsonElement element, List<string> strings)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                strings.Add(element.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Collect(item, strings);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    strings.Add(property.Name);
                    Collect(property.Value, strings);
                }

                break;
            default:
                break;
        }
    }
}
