using System.Globalization;
using System.Text;

namespace LocalInference.Text.GoTemplates;

/// <summary>Escapes of Go's interpreted string literals (The Go Programming Language Specification, "Rune literals").</summary>
internal static class GoEscape
{
    /// <summary>Reads the escape at a backslash and returns the position behind it.</summary>
    public static int Read(GoSource source, int position, StringBuilder text)
    {
        string from = source.Text;
        char kind = position + 1 < from.Length ? from[position + 1] : '\0';
        char? simple = kind switch
        {
            'a' => '\a',
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\v',
            '\\' => '\\',
            '\'' => '\'',
            '"' => '"',
            _ => null,
        };
        if (simple is { } c)
        {
            text.Append(c);
            return position + 2;
        }

        (int start, int digits, int radix) = kind switch
        {
            'x' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            >= '0' and <= '7' => (1, 3, 8),
            _ => (0, 0, 0),
        };
        if (digits == 0 || position + start + digits > from.Length || !TryParse(from.AsSpan(position + start, digits), radix, out int value) || !Rune.IsValid(value))
        {
            throw source.Error(position, "The escape is not one of Go's", TemplateErrorKind.Syntax);
        }

        text.Append(new Rune(value).ToString());
        return position + start + digits;
    }

    private static bool TryParse(ReadOnlySpan<char> digits, int radix, out int value)
    {
        if (radix == 16)
        {
            return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }

        value = 0;
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7')
            {
                return false;
            }

            value = (value * 8) + (digit - '0');
        }

        return true;
    }
}
