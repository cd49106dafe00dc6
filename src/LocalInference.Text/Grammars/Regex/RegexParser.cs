using System.Buffers;
using System.Globalization;

namespace LocalInference.Text;

/// <summary>
/// Reads the regular part of regular expressions as ECMA-262 and most engines write it. Lazy quantifiers are read as greedy
/// ones: they allow the same texts. Look-around and references to groups are no regular languages and are refused, as are
/// anchors inside the expression.
/// </summary>
internal sealed partial class RegexParser(string pattern)
{
    private const int MaxDepth = 100;
    private const int MaxLength = 16_384;
    private static readonly SearchValues<char> s_count = SearchValues.Create("0123456789,");
    private int _position;
    private int _depth;

    // Thrown only once the rest is known to parse: an expression that is wrong is worse than one that cannot be written.
    private RegexSyntaxException? _unsupportedAnchor;

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

        return !AtEnd ? throw Invalid("this parenthesis closes no group") : _unsupportedAnchor is null ? alternatives : throw _unsupportedAnchor;
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
                _position++;
                _unsupportedAnchor ??= Unsupported("an anchor can stand at the ends of the expression only", start);
                return RegexNode.Sequence([]);
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
}
