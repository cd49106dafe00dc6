using System.Text;

namespace LocalInference.Text.GoTemplates;

/// <summary>Strings of the template language: texts that remember which of their parts are content.</summary>
internal static class GoStrings
{
    public static MarkedText Template(string text) => Of(text, isContent: false);

    public static MarkedText Content(string text) => Of(text, isContent: true);

    public static MarkedText Of(string text, bool isContent) => new(text, text.Length == 0 ? [] : [new TextSegment(0, text.Length, isContent)]);

    public static bool HasContent(MarkedText text) => text.Segments.Any(static s => s.IsContent);

    /// <summary>Go counts bytes of UTF-8; a place within a character counts as its start.</summary>
    public static int ToCharacterIndex(string text, long utf8Index)
    {
        int index = 0;
        long bytes = 0;
        while (index < text.Length)
        {
            Rune.DecodeFromUtf16(text.AsSpan(index), out Rune rune, out int consumed);
            bytes += rune.Utf8SequenceLength;
            if (bytes > utf8Index)
            {
                break;
            }

            index += consumed;
        }

        return index;
    }

    public static MarkedText Slice(MarkedText text, int start, int end)
    {
        var slice = new MarkedTextBuilder();
        slice.Append(text, start, end - start);
        return slice.Build();
    }

    public static MarkedText Join(string separator, IEnumerable<MarkedText> texts)
    {
        var joined = new MarkedTextBuilder();
        bool first = true;
        foreach (MarkedText text in texts)
        {
            if (!first)
            {
                joined.Append(separator, isContent: false);
            }

            joined.Append(text);
            first = false;
        }

        return joined.Build();
    }
}
