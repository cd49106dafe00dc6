using System.Globalization;
using System.Text;

namespace LocalInference.Text.Jinja;

/// <summary>Strings in the source, with Python's escapes.</summary>
internal static class StringLiteral
{
    /// <summary>Behind the closing quote.</summary>
    public static int FindEnd(string source, int start)
    {
        char quote = source[start];
        for (int i = start + 1; i < source.Length; i++)
        {
            if (source[i] == '\\')
            {
                i++;
            }
            else if (source[i] == quote)
            {
                return i + 1;
            }
        }

        throw new SyntaxFault("A string is not closed", start);
    }

    public static string Unescape(ReadOnlySpan<char> text, int offset)
    {
        if (!text.Contains('\\'))
        {
            return text.ToString();
        }

        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                result.Append(text[i]);
                continue;
            }

            i = Escape(text, i + 1, offset, result);
        }

        return result.ToString();
    }

    /// <summary>Resolves the escape whose backslash was just read, and gives the place of its last character.</summary>
    private static int Escape(ReadOnlySpan<char> text, int index, int offset, StringBuilder result)
    {
        char c = text[index];
        const string Letters = "abfnrtv\\'\"";
        const string Meanings = "\a\b\f\n\r\t\v\\'\"";
        int letter = Letters.IndexOf(c, StringComparison.Ordinal);
        switch (c)
        {
            case '\n':
                return index;
            case 'x':
                return CodePoint(text, index, 2, offset, result);
            case 'u':
                return CodePoint(text, index, 4, offset, result);
            case 'U':
                return CodePoint(text, index, 8, offset, result);
            case 'N':
                throw new SyntaxFault("Characters cannot be given by name", offset);
            case >= '0' and <= '7':
                int value = 0;
                int end = index;
                for (; end < text.Length && end < index + 3 && text[end] is >= '0' and <= '7'; end++)
                {
                    value = (value * 8) + (text[end] - '0');
                }

                result.Append((char)value);
                return end - 1;
            case var _ when letter >= 0:
                result.Append(Meanings[letter]);
                return index;
            default:
                // Python keeps the backslash of an escape that it does not know.
                result.Append('\\').Append(c);
                return index;
        }
    }

    private static int CodePoint(ReadOnlySpan<char> text, int index, int digits, int offset, StringBuilder result)
    {
        if (index + digits >= text.Length
            || !int.TryParse(text.Slice(index + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || value is < 0 or > 0x10FFFF)
        {
            throw new SyntaxFault("A character escape is not valid", offset);
        }

        if (value > 0xFFFF)
        {
            result.Append(char.ConvertFromUtf32(value));
        }
        else
        {
            result.Append((char)value);
        }

        return index + digits;
    }
}
