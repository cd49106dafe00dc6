using System.Globalization;
using System.Numerics;

namespace LocalInference.Text.Jinja;

/// <summary>Numbers in texts, as Python's <c>int</c> and <c>float</c> read them.</summary>
internal static class NumberText
{
    public static bool TryParseInteger(ReadOnlySpan<char> text, int radix, out BigInteger value)
    {
        value = BigInteger.Zero;
        text = Trim(text);
        bool isNegative = text.StartsWith("-");
        text = text.StartsWith("-") || text.StartsWith("+") ? text[1..] : text;
        int prefix = text.Length > 1 && text[0] == '0' ? (text[1] | 0x20) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefix != 0 && (radix == prefix || radix == 0))
        {
            text = text[2..];
            radix = prefix;
            text = text.StartsWith("_") ? text[1..] : text;
        }
        else if (radix == 0)
        {
            radix = 10;
        }

        if (text.IsEmpty || text.Length > PythonNumbers.MaxDigits || radix is < 2 or > 36)
        {
            return false;
        }

        bool afterDigit = false;
        foreach (char c in text)
        {
            if (c == '_' && afterDigit)
            {
                afterDigit = false;
                continue;
            }

            int digit = char.IsAsciiLetter(c) ? (c | 0x20) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(c);
            if (digit < 0 || digit >= radix)
            {
                return false;
            }

            value = (value * radix) + digit;
            afterDigit = true;
        }

        value = isNegative ? -value : value;
        return afterDigit;
    }

    public static bool TryParseFloat(ReadOnlySpan<char> text, out double value)
    {
        text = Trim(text);
        ReadOnlySpan<char> size = text.StartsWith("-") || text.StartsWith("+") ? text[1..] : text;
        if (size.Equals("inf", StringComparison.OrdinalIgnoreCase) || size.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (size.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            value = double.NaN;
            return true;
        }

        value = 0;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return !size.IsEmpty && (char.IsAsciiDigit(size[0]) || size[0] == '.')
            && double.TryParse(size.Contains('_') ? size.ToString().Replace("_", "", StringComparison.Ordinal) : size, Style, CultureInfo.InvariantCulture, out value)
            && Negate(text[0] == '-', ref value);
    }

    private static bool Negate(bool isNegative, ref double value)
    {
        value = isNegative ? -value : value;
        return true;
    }

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && PythonText.IsSpace(text[0]))
        {
            text = text[1..];
        }

        while (!text.IsEmpty && PythonText.IsSpace(text[^1]))
        {
            text = text[..^1];
        }

        return text;
    }
}
