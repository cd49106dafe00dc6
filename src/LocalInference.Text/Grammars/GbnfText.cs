using System.Globalization;
using System.Text;

namespace LocalInference.Text;

/// <summary>How GBNF spells literals and names (llama.cpp v0.5.0, grammars/README.md).</summary>
internal static class GbnfText
{
    /// <summary>A literal in quotation marks.</summary>
    public static string Literal(ReadOnlySpan<char> text)
    {
        var literal = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            switch (c)
            {
                case '"' or '\\':
                    literal.Append('\\').Append(c);
                    break;
                case '\n':
                    literal.Append("\\n");
                    break;
                case '\r':
                    literal.Append("\\r");
                    break;
                case '\t':
                    literal.Append("\\t");
                    break;
                case < ' ' or '\x7F':
                    literal.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}");
                    break;
                default:
                    literal.Append(c);
                    break;
            }
        }

        return literal.Append('"').ToString();
    }

    /// <summary>A class of a set that is not empty; negated where that says it shorter.</summary>
    public static string Class(CodePointSet set)
    {
        bool negated = set.Contains(0x10FFFF);
        if (negated && set.Negate().IsEmpty)
        {
            return ".";
        }

        var text = new StringBuilder(negated ? "[^" : "[");
        foreach ((int first, int last) in (negated ? set.Negate() : set).Ranges)
        {
            AppendClassCharacter(text, first);
            if (last > first + 1)
            {
                text.Append('-');
            }

            if (last > first)
            {
                AppendClassCharacter(text, last);
            }
        }

        return text.Append(']').ToString();
    }

    private static void AppendClassCharacter(StringBuilder text, int codePoint)
    {
        if (codePoint is '\\' or '[' or ']' or '-')
        {
            text.Append('\\').Append((char)codePoint);
        }
        else if (codePoint is >= ' ' and < 0x7F and not '^')
        {
            text.Append((char)codePoint);
        }
        else
        {
            string number = codePoint.ToString(codePoint <= 0xFF ? "X2" : codePoint <= 0xFFFF ? "X4" : "X8", CultureInfo.InvariantCulture);
            text.Append('\\').Append(number.Length switch { 2 => 'x', 4 => 'u', _ => 'U' }).Append(number);
        }
    }

    /// <summary>A name with every run of characters that names cannot have as one dash; <c>rule</c> for an empty one.</summary>
    public static string RuleName(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, MaxNameLength)))
        {
            if (IsWordCharacter(c) && c != '-')
            {
                result.Append(c);
            }
            else if (result.Length == 0 || result[^1] != '-')
            {
                result.Append('-');
            }
        }

        return result.Length == 0 ? "rule" : result.ToString();
    }

    /// <summary>The rules that a rule's body names, each as often as it does.</summary>
    public static IEnumerable<string> RulesIn(string body)
    {
        int i = 0;
        while (i < body.Length)
        {
            int start = i++;
            switch (body[start])
            {
                case '"':
                    i = Behind(body, i, '"');
                    break;
                case '[':
                    i = Behind(body, i, ']');
                    break;
                case '{':
                    i = Behind(body, i, '}');
                    break;
                case '<':
                    i = Behind(body, i, '>');
                    break;
                case char c when IsWordCharacter(c):
                    while (i < body.Length && IsWordCharacter(body[i]))
                    {
                        i++;
                    }

                    yield return body[start..i];
                    break;
            }
        }
    }

    private static int Behind(string body, int position, char end)
    {
        while (body[position] != end)
        {
            position += body[position] == '\\' ? 2 : 1;
        }

        return position + 1;
    }

    /// <summary>Whether a rule's name may have this character.</summary>
    public static bool IsWordCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';

    // Names repeat in every rule that uses them; a long one says no more than its beginning.
    private const int MaxNameLength = 64;
}
