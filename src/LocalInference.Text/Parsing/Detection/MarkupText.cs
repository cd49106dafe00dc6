using System.Text.RegularExpressions;

namespace LocalInference.Text.Parsing;

/// <summary>Cuts rendered text at the borders of tags: <c>&lt;…&gt;</c> and <c>[…]</c>.</summary>
internal static partial class MarkupText
{
    /// <summary>How much two texts have in common at the start, without half a tag.</summary>
    public static int CommonStart(string left, string right)
    {
        int length = left.AsSpan().CommonPrefixLength(right);
        while (length > 0 && (Splits(left, length) || Splits(right, length)))
        {
            length = Math.Max(left.LastIndexOfAny(['<', '['], length - 1), 0);
        }

        return length;
    }

    /// <summary>How much two texts have in common at the end, without half a tag.</summary>
    public static int CommonEnd(string left, string right)
    {
        int length = 0;
        while (length < Math.Min(left.Length, right.Length) && left[^(length + 1)] == right[^(length + 1)])
        {
            length++;
        }

        while (length > 0 && (Splits(left, left.Length - length) || Splits(right, right.Length - length)))
        {
            length--;
        }

        return length;
    }

    /// <summary>The tag a text begins with; without one, the text before the first tag; trimmed.</summary>
    public static string First(string text)
    {
        text = text.Trim();
        Match tag = Tag().Match(text);
        return !tag.Success ? text : tag.Index == 0 ? tag.Value : text[..tag.Index].Trim();
    }

    /// <summary>What follows <paramref name="first"/>, which the text begins with after white space; trimmed.</summary>
    public static string After(string text, string first)
    {
        text = text.Trim();
        return text.StartsWith(first, StringComparison.Ordinal) ? text[first.Length..].Trim() : text;
    }

    /// <summary>Splits before the last opening of a tag, whole or not: what announces a name from what comes before it.</summary>
    public static (string Before, string Last) SplitLast(string text)
    {
        text = text.Trim();
        int at = text.LastIndexOf('<');
        return at <= 0 ? (string.Empty, text) : (text[..at].Trim(), text[at..]);
    }

    /// <summary>Whether a text is nothing but one tag.</summary>
    public static bool IsTag(string text) => Tag().Match(text) is { Success: true, Index: 0 } tag && tag.Length == text.Length;

    private static bool Splits(string text, int at)
    {
        if (at <= 0 || at >= text.Length)
        {
            return false;
        }

        int open = text.LastIndexOfAny(['<', '['], at - 1);
        if (open < 0)
        {
            return false;
        }

        int close = text.IndexOf(text[open] == '<' ? '>' : ']', open);
        return close >= at && !text.AsSpan(open, close - open).ContainsAny(' ', '\n');
    }

    [GeneratedRegex(@"<[^<>\n]*>|\[/?[A-Z_ ]+\]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Tag();
}
