using System.Buffers;

namespace LocalInference;

/// <summary>
/// The special tokens of a vocabulary and where a text spells them. The order in which they are looked for is llama.cpp's: the
/// longest first, each in all of the text that is left.
/// </summary>
internal sealed class SpecialTokens
{
    private readonly SpecialToken[] _longestFirst;
    private readonly SearchValues<string> _texts;

    public SpecialTokens(IEnumerable<SpecialToken> tokens)
    {
        _longestFirst = [.. tokens.Where(static t => t.Text.Length > 0).OrderByDescending(static t => t.Text.Length)];
        _texts = SearchValues.Create([.. _longestFirst.Select(static t => t.Text)], StringComparison.Ordinal);
    }

    /// <summary>The tokens, longest text first.</summary>
    public IReadOnlyList<SpecialToken> All => _longestFirst;

    /// <summary>Whether a special token is spelled somewhere so that a part of it is content.</summary>
    public bool AnyIn(string text, IReadOnlyList<TextRange> content)
    {
        int next = 0;
        int position = 0;
        while (text.AsSpan(position).IndexOfAny(_texts) is >= 0 and var offset)
        {
            position += offset;
            while (next < content.Count && content[next].End <= position)
            {
                next++;
            }

            if (next == content.Count)
            {
                return false;
            }

            int reach = content[next].Start - position;
            foreach (SpecialToken token in _longestFirst)
            {
                if (token.Text.Length > reach && text.AsSpan(position).StartsWith(token.Text, StringComparison.Ordinal))
                {
                    return true;
                }
            }

            position++;
        }

        return false;
    }

    /// <summary>Cuts a text at the special tokens that lie outside of content.</summary>
    /// <returns>The pieces in order; those with a token are special, the others text.</returns>
    public IReadOnlyList<(TextRange Range, SpecialToken? Token)> Split(string text, IReadOnlyList<TextRange> content)
    {
        List<(TextRange Range, SpecialToken? Token)> pieces = [(new TextRange(0, text.Length), null)];
        foreach (SpecialToken token in _longestFirst)
        {
            if (text.Contains(token.Text, StringComparison.Ordinal))
            {
                pieces = SplitAt(token, text, pieces, content);
            }
        }

        return pieces;
    }

    private static List<(TextRange Range, SpecialToken? Token)> SplitAt(SpecialToken token, string text, List<(TextRange Range, SpecialToken? Token)> pieces, IReadOnlyList<TextRange> content)
    {
        var split = new List<(TextRange Range, SpecialToken? Token)>(pieces.Count + 2);
        foreach ((TextRange range, SpecialToken? known) in pieces)
        {
            if (known is not null)
            {
                split.Add((range, known));
                continue;
            }

            int start = range.Start;
            int from = start;
            while (from < range.End && text.IndexOf(token.Text, from, range.End - from, StringComparison.Ordinal) is >= 0 and var match)
            {
                from = match + 1;
                int end = match + token.Text.Length;
                if (Overlaps(content, match, end))
                {
                    continue;
                }

                int left = token.StripsLeft ? start + text.AsSpan(start, match - start).TrimEnd().Length : match;
                AddText(split, start, left);
                split.Add((new TextRange(match, end), token));
                start = token.StripsRight ? range.End - text.AsSpan(end, range.End - end).TrimStart().Length : end;
                from = start;
            }

            AddText(split, start, range.End);
        }

        return split;
    }

    // The ranges are in order, so a hostile message full of spelled tokens costs a binary search each.
    private static bool Overlaps(IReadOnlyList<TextRange> content, int start, int end)
    {
        (int low, int high) = (0, content.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = content[middle].End <= start ? (middle + 1, high) : (low, middle);
        }

        return low < content.Count && content[low].Start < end;
    }

    private static void AddText(List<(TextRange Range, SpecialToken? Token)> pieces, int start, int end)
    {
        if (end > start)
        {
            pieces.Add((new TextRange(start, end), null));
        }
    }
}
