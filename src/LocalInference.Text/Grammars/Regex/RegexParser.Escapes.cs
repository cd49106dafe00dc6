using System.Globalization;
using System.Text;

namespace LocalInference.Text;

internal sealed partial class RegexParser
{
    /// <summary>Reads what a backslash begins.</summary>
    public CodePointSet ReadEscape(bool inClass)
    {
        int start = _position++;
        if (AtEnd)
        {
            throw Invalid("a backslash cannot be last", start);
        }

        int c = ReadCodePoint();
        if (RegexClasses.Find(c) is { } named)
        {
            return named;
        }

        int value = c switch
        {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            'b' when inClass => '\b',
            '0' when !char.IsAsciiDigit(Current) => '\0',
            'x' => ReadHex(2, start),
            'u' => ReadUnicode(start),
            'c' => ReadControl(start),
            >= '0' and <= '9' or 'k' => throw Unsupported("references to groups are not supported", start),
            'b' or 'B' or 'A' or 'z' or 'Z' or 'G' => throw Unsupported("an anchor can stand at the ends of the expression only, as ^ or $", start),
            'p' or 'P' => throw Unsupported("Unicode properties are not supported; write the ranges", start),
            > 127 => c,
            _ when char.IsAsciiLetter((char)c) => throw Unsupported("this escape is not supported", start),
            _ => c,
        };
        return CodePointSet.Of((value, value));
    }

    public int ReadCodePoint()
    {
        if (!char.IsSurrogate(Current))
        {
            return pattern[_position++];
        }

        if (_position + 1 == pattern.Length || !char.IsSurrogatePair(Current, pattern[_position + 1]))
        {
            throw Invalid("half of a surrogate pair is no character");
        }

        _position += 2;
        return char.ConvertToUtf32(pattern[_position - 2], pattern[_position - 1]);
    }

    private int ReadUnicode(int start)
    {
        if (Skip('{'))
        {
            int closing = pattern.IndexOf('}', _position);
            int digits = closing - _position;
            if (closing < 0 || digits is 0 or > 6)
            {
                throw Invalid("one to six hexadecimal digits are expected in these braces", start);
            }

            int value = ReadHex(digits, start);
            _position++;
            return Rune.IsValid(value) ? value : throw Invalid("there is no character with this number", start);
        }

        int unit = ReadHex(4, start);
        if (char.IsHighSurrogate((char)unit) && Current == '\\' && Peek(1) == 'u')
        {
            _position += 2;
            int low = ReadHex(4, start);
            if (char.IsLowSurrogate((char)low))
            {
                return char.ConvertToUtf32((char)unit, (char)low);
            }
        }

        return char.IsSurrogate((char)unit) ? throw Invalid("half of a surrogate pair is no character", start) : unit;
    }

    private int ReadHex(int digits, int start)
    {
        if (_position + digits > pattern.Length
            || !int.TryParse(pattern.AsSpan(_position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value))
        {
            throw Invalid("hexadecimal digits are missing behind this escape", start);
        }

        _position += digits;
        return value;
    }

    private int ReadControl(int start) =>
        char.IsAsciiLetter(Current) ? pattern[_position++] % 32 : throw Invalid("a letter is missing behind \\c", start);
}
