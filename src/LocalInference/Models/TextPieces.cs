namespace LocalInference;

/// <summary>Cuts long texts into pieces that a tokenizer takes at once.</summary>
internal static class TextPieces
{
    /// <summary>The longest piece in characters: half of what a tokenizer takes.</summary>
    public const int Longest = 1_000_000;

    /// <summary>The pieces in order: each ends with a line, or, where none ends in it, with a whole character.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The longest piece; at least 2.</param>
    public static IEnumerable<string> Of(string text, int longest = Longest)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = Math.Min(start + longest, text.Length);
            if (end < text.Length)
            {
                int line = text.LastIndexOf('\n', end - 1, end - start);
                end = line >= 0 ? line + 1 : char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
            }

            yield return text[start..end];
            start = end;
        }
    }
}
