using System.Globalization;

namespace LocalInference.Text;

/// <summary>The text of a grammar, read from left to right.</summary>
internal sealed class GbnfSource(string text)
{
    public int Position { get; set; }

    public char Current => At(0);

    public char At(int ahead) => Position + ahead < text.Length ? text[Position + ahead] : '\0';

    public string Since(int start) => text[start..Position];

    public GrammarException Error(string what, int? position = null)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, Math.Min(position ?? Position, text.Length));
        int line = before.Count('\n') + 1;
        int column = before.Length - (before.LastIndexOf('\n') + 1) + 1;
        return new GrammarException(what, string.Create(CultureInfo.InvariantCulture, $"{line}:{column}"));
    }

    /// <summary>Skips blanks and comments, and line ends if a rule may go on behind one.</summary>
    public void SkipSpace(bool acrossLines)
    {
        while (Current is ' ' or '\t' or '#' || (acrossLines && Current is '\r' or '\n'))
        {
            if (Current == '#')
            {
                while (Current is not ('\0' or '\r' or '\n'))
                {
                    Position++;
                }
            }
            else
            {
                Position++;
            }
        }
    }

    public string ReadName()
    {
        int start = Position;
        while (GbnfText.IsWordCharacter(Current))
        {
            Position++;
        }

        return Position > start ? Since(start) : throw Error("A rule's name of letters, digits and dashes is expected.");
    }

    /// <summary>Reads a whole number.</summary>
    /// <returns><see langword="null"/>: it is there, but too large to mean anything here.</returns>
    public int? ReadNumber()
    {
        int start = Position;
        while (char.IsAsciiDigit(Current))
        {
            Position++;
        }

        if (Position == start)
        {
            throw Error("A whole number is expected.");
        }

        return int.TryParse(text.AsSpan(start, Position - start), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    /// <summary>Reads a code point of a literal or a class, which may be escaped.</summary>
    public int ReadCodePoint()
    {
        if (Current == '\0')
        {
            throw Error("The grammar ends inside a literal or a class.");
        }

        if (Current != '\\')
        {
            int whole = char.ConvertToUtf32(text, Position);
            Position += whole > char.MaxValue ? 2 : 1;
            return whole;
        }

        char escaped = At(1);
        switch (escaped)
        {
            case 'x':
                return ReadHex(2);
            case 'u':
                return ReadHex(4);
            case 'U':
                return ReadHex(8);
            case 't' or 'r' or 'n':
                Position += 2;
                return escaped switch { 't' => '\t', 'r' => '\r', _ => '\n' };
            case '\\' or '"' or '[' or ']' or '-':
                Position += 2;
                return escaped;
            default:
                throw Error("This escape is unknown. There are \\t \\r \\n \\\\ \\\" \\[ \\] \\- \\xHH \\uHHHH and \\UHHHHHHHH.");
        }
    }

    private int ReadHex(int digits)
    {
        if (Position + 2 + digits > text.Length
            || !uint.TryParse(text.AsSpan(Position + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value))
        {
            throw Error($"{digits} hexadecimal digits are expected behind this escape.");
        }

        if (value > 0x10FFFF)
        {
            throw Error("There is no character with this number.");
        }

        Position += 2 + digits;
        return (int)value;
    }
}
