using System.Buffers;
using System.Globalization;

namespace LocalInference.Text;

/// <summary>
/// Reads the regular part of regular expressions as ECMA-262 and most engines write it. Lazy quantifiers are read as greedy
/// ones: they allow the same texts. Look-around and references to groups are no regular languages and are refused, as are
/// anchors inside the expression.
/// </summary>
internal sealed class RegexParser(string pattern)
{
    private const int MaxDepth = 100;
    private const int MaxLength = 16_384;
    private static readonly SearchValues<char> s_count = SearchValues.Create("0123456789,");
    private int _position;
    private int _depth;

    private bool AtEnd => _position >= pattern.Length;

    private char Current => AtEnd ? '\0' : pattern[_position];

    /// <exception cref="RegexSyntaxException">It does not parse, or uses what no grammar can say.</exception>
    public List<RegexAlternative> Parse()
    {
        if (pattern.Length > MaxLength)
        {
            throw Unsupported($"an expression can have {MaxLength} characters", 0);
        }

        var alternatives = new List<RegexAlternative>();
        do
        {
            bool start = Skip('^');
            RegexNode node = ParseSequence();
            bool end = Skip('$');
            alternatives.Add(new(node, start, end));
            if (!AtEnd && Current is not ('|' or ')'))
            {
                throw Unsupported("an anchor can stand at the ends of the expression only", _position - 1);
            }
        }
        while (Skip('|'));

        return AtEnd ? alternatives : throw Invalid("this parenthesis closes no group");
    }

    private RegexNode ParseAlternation()
    {
        var parts = new List<RegexNode>();
        do
        {
            parts.Add(ParseSequence());
        }
        while (Skip('|'));

        return RegexNode.Alternation(parts);
    }

    private RegexNode ParseSequence()
    {
        var parts = new List<RegexNode>();
        while (!AtEnd && Current is not ('|' or ')'))
        {
            if (Current == '$' && _depth == 0)
            {
                break;
            }

            parts.Add(ParseQuantified());
        }

        return RegexNode.Sequence(parts);
    }

    private RegexNode ParseQuantified()
    {
        int start = _position;
        RegexNode atom = ParseAtom();
        if (FindQuantifier() is not { } count)
        {
            return atom;
        }

        (int minimum, int? maximum) = count;

        if (Current == '+')
        {
            throw Unsupported("possessive quantifiers are not supported", _position);
        }

        Skip('?');
        if (Current is '*' or '+' or '?')
        {
            throw Invalid("there is nothing here to repeat");
        }

        return maximum < minimum
            ? throw Invalid("the least count is larger than the most", start)
            : RegexNode.Repeat(atom, minimum, maximum);
    }

    private (int Minimum, int? Maximum)? FindQuantifier()
    {
        switch (Current)
        {
            case '*':
                _position++;
                return (0, null);
            case '+':
                _position++;
                return (1, null);
            case '?':
                _position++;
                return (0, 1);
            case '{':
                return FindCount();
            default:
                return null;
        }
    }

    // A brace that begins no count is a brace.
    private (int Minimum, int? Maximum)? FindCount()
    {
        int closing = pattern.IndexOf('}', _position);
        if (closing < 0)
        {
            return null;
        }

        ReadOnlySpan<char> count = pattern.AsSpan(_position + 1, closing - _position - 1);
        int comma = count.IndexOf(',');
        ReadOnlySpan<char> least = comma < 0 ? count : count[..comma];
        ReadOnlySpan<char> most = comma < 0 ? count : count[(comma + 1)..];
        if (count.IsEmpty || count.ContainsAnyExcept(s_count) || most.Contains(',') || count is ",")
        {
            return null;
        }

        int start = _position;
        _position = closing + 1;
        int minimum = least.IsEmpty ? 0 : Count(least, start);
        return (minimum, most.IsEmpty ? null : Count(most, start));
    }

    private static int Count(ReadOnlySpan<char> digits, int start) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= GrammarRepetition.Largest
            ? count
            : throw Unsupported($"something can be repeated {GrammarRepetition.Largest} times", start);

    private RegexNode ParseAtom()
    {
        int start = _position;
        switch (Current)
        {
            case '(':
                return ParseGroup();
            case '[':
                return RegexNode.OfSet(new RegexClassParser(this).Parse());
            case '.':
                _position++;
                return RegexNode.OfSet(RegexClasses.Dot);
            case '*' or '+' or '?':
                throw Invalid("there is nothing here to repeat");
            case '{' when FindCount() is not null:
                throw Invalid("there is nothing here to repeat", start);
            case '^' or '$':
                throw Unsupported("an anchor can stand at the ends of the expression only", start);
            case '\\':
                return RegexNode.OfSet(ReadEscape(inClass: false));
            default:
                int c = ReadCodePoint();
                return RegexNode.OfSet(CodePointSet.Of((c, c)));
        }
    }

    private RegexNode ParseGroup()
    {
        int start = _position++;
        if (Skip('?') && !Skip(':'))
        {
            SkipName(start);
        }

        if (++_depth > MaxDepth)
        {
            throw Unsupported($"groups can be nested {MaxDepth} deep", start);
        }

        RegexNode group = ParseAlternation();
        if (!Skip(')'))
        {
            throw Invalid("this group is not closed", start);
        }

        _depth--;
        return group;
    }

    private void SkipName(int start)
    {
        Skip('P');
        char next = _position + 1 < pattern.Length ? pattern[_position + 1] : '\0';
        int closing = pattern.IndexOf('>', _position);
        if (Current != '<' || next is '=' or '!' || closing < 0)
        {
            throw Unsupported(Current is '=' or '!' || next is '=' or '!' ? "look-around is not supported" : "this kind of group is not supported", start);
        }

        _position = closing + 1;
    }

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

    /// <summary>The character so far ahead; NUL: the end.</summary>
    public char Peek(int ahead = 0) => _position + ahead < pattern.Length ? pattern[_position + ahead] : '\0';

    public bool IsAtEnd => AtEnd;

    public int Position => _position;

    public bool Skip(char c)
    {
        if (AtEnd || pattern[_position] != c)
        {
            return false;
        }

        _position++;
        return true;
    }

    public RegexSyntaxException Invalid(string what, int? position = null) => new(what, position ?? _position, unsupported: false);

    public static RegexSyntaxException Unsupported(string what, int position) => new(what, position, unsupported: true);

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
            return value <= 0x10FFFF ? value : throw Invalid("there is no character with this number", start);
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
