using System.Globalization;
using System.Numerics;

namespace LocalInference.Text.Jinja;

/// <summary>Numbers in the source: decimal, 0x, 0o and 0b, with underscores between digits.</summary>
internal static class NumberLiteral
{
    public static (int End, bool IsFloat) FindEnd(string source, int start)
    {
        int end = start + 1;
        if (source[start] == '0' && end + 1 < source.Length && (source[end] | 0x20) is 'x' or 'o' or 'b')
        {
            int radix = Radix(source[end]);
            int digits = SkipDigits(source, end + 1, radix);
            if (digits > end + 1)
            {
                return (digits, false);
            }
        }

        // A number behind a point is a place in a list, as in items.0.name: no float begins there.
        bool isPlace = start > 0 && source[start - 1] == '.';
        end = SkipDigits(source, start, 10);
        if (isPlace)
        {
            return (end, false);
        }

        bool isFloat = false;
        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            end = SkipDigits(source, end + 1, 10);
            isFloat = true;
        }

        if (end < source.Length && source[end] is 'e' or 'E')
        {
            int exponent = end + 1;
            exponent += exponent < source.Length && source[exponent] is '+' or '-' ? 1 : 0;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                return (SkipDigits(source, exponent, 10), true);
            }
        }

        return (end, isFloat);
    }

    public static JinjaValue Parse(Token token)
    {
        if (token.Text.Length > PythonNumbers.MaxDigits)
        {
            throw new SyntaxFault("A number has more than 4300 digits", token.Offset, TemplateErrorKind.Limit);
        }

        if (token.Kind == TokenKind.Float)
        {
            return JinjaValue.FromFloat(double.Parse(token.Text, CultureInfo.InvariantCulture));
        }

        if (token.Text.Length < 3 || char.IsAsciiDigit(token.Text[1]))
        {
            return JinjaValue.FromInteger(BigInteger.Parse(token.Text, CultureInfo.InvariantCulture));
        }

        int radix = Radix(token.Text[1]);
        BigInteger value = BigInteger.Zero;
        foreach (char digit in token.Text.AsSpan(2))
        {
            value = (value * radix) + HexDigit(digit);
        }

        return JinjaValue.FromInteger(value);
    }

    private static int Radix(char letter) => (letter | 0x20) switch
    {
        'x' => 16,
        'o' => 8,
        _ => 2,
    };

    private static int HexDigit(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;

    private static int SkipDigits(string source, int position, int radix)
    {
        while (position < source.Length)
        {
            char c = source[position];
            bool isDigit = char.IsAsciiHexDigit(c) && HexDigit(c) < radix;
            if (!isDigit && !(c == '_' && position + 1 < source.Length && char.IsAsciiHexDigit(source[position + 1])))
            {
                break;
            }

            position++;
        }

        return position;
    }
}
