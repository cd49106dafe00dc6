using LocalInference.Cli.Terminal;
using LocalInference.Gguf;

namespace LocalInference.Cli.Inspect;

/// <summary>Metadata values as one line for people: exact where short, else the beginning and how much there is.</summary>
internal static class MetadataText
{
    private const int LongestText = 100;
    private const int LongestWholeArray = 8;
    private const int ElementsShown = 4;

    public static string Of(GgufValue value) => value.Type switch
    {
        GgufValueType.Array => Of(value.AsArray()),
        GgufValueType.String => Shorten(value.AsString()),
        _ => value.ToString(),
    };

    private static string Of(GgufArray array)
    {
        int shown = array.Count <= LongestWholeArray ? array.Count : ElementsShown;
        IEnumerable<string> elements = Enumerable.Range(0, shown).Select(i => Element(array[i]));
        string list = string.Join(", ", shown < array.Count ? elements.Append("…") : elements);
        return shown < array.Count ? $"[{list}] ({array.Count})" : $"[{list}]";
    }

    private static string Element(GgufValue value) => value.Type switch
    {
        GgufValueType.Array => value.AsArray().ToString(),
        GgufValueType.String => $"\"{Shorten(value.AsString())}\"",
        _ => value.ToString(),
    };

    private static string Shorten(string text)
    {
        if (text.Length <= LongestText)
        {
            return PrintableText.Escaped(text);
        }

        int end = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        return $"{PrintableText.Escaped(text[..end])}… ({text.Length} characters)";
    }
}
