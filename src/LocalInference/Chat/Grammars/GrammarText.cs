using System.Text;
using LocalInference.Text;

namespace LocalInference;

/// <summary>Puts grammars together as text: a grammar's rules get other names, so that those of another cannot clash with them.</summary>
internal static class GrammarText
{
    /// <summary>Puts a prefix before the name of every rule.</summary>
    /// <param name="grammar">GBNF that parses.</param>
    /// <param name="prefix">Letters and dashes.</param>
    public static string Rename(string grammar, string prefix)
    {
        var text = new StringBuilder(grammar.Length + 256);
        int position = 0;
        while (position < grammar.Length)
        {
            int end = EndOf(grammar, position);
            if (GbnfText.IsWordCharacter(grammar[position]))
            {
                text.Append(prefix);
            }

            text.Append(grammar, position, end - position);
            position = end;
        }

        return text.ToString();
    }

    // Where the piece that begins here ends: a literal, a class, a count, a named token, a comment, a name, or one character.
    private static int EndOf(string grammar, int start) => grammar[start] switch
    {
        '"' => Closed(grammar, start, '"', escapes: true),
        '[' => Closed(grammar, start, ']', escapes: true),
        '{' => Closed(grammar, start, '}', escapes: false),
        '<' => Closed(grammar, start, '>', escapes: false),
        '#' => grammar.IndexOf('\n', start) is >= 0 and var line ? line : grammar.Length,
        char c when GbnfText.IsWordCharacter(c) => EndOfName(grammar, start),
        _ => start + 1,
    };

    private static int EndOfName(string grammar, int start)
    {
        int end = start;
        while (end < grammar.Length && GbnfText.IsWordCharacter(grammar[end]))
        {
            end++;
        }

        return end;
    }

    private static int Closed(string grammar, int start, char closing, bool escapes)
    {
        int position = start + 1;
        while (position < grammar.Length && grammar[position] != closing)
        {
            position += escapes && grammar[position] == '\\' ? 2 : 1;
        }

        return Math.Min(position + 1, grammar.Length);
    }
}
