using System.Buffers;
using System.Text;

namespace LocalInference.Text;

/// <summary>
/// Reads a JSON text (RFC 8259) while it is being written, such as a model's structured output, and says at any moment the best
/// value that its beginning stands for:
/// <list type="bullet">
/// <item>arrays and objects hold what has come, and are closed;</item>
/// <item>a text holds the characters that are complete: no half escape, no half surrogate pair;</item>
/// <item>a number holds the digits that are one (<c>-1.</c> is <c>-1</c>), and comes with its first digit;</item>
/// <item><c>true</c>, <c>false</c> and <c>null</c> come whole with their first letter, since nothing else can follow;</item>
/// <item>a property comes when its value does.</item>
/// </list>
/// So each value extends the one before it: nothing that was there is taken back, only texts and numbers at the end grow.
/// Never throws on any text. Takes time in proportion to what is appended. Not for several threads at once.
/// </summary>
public sealed partial class PartialJson
{
    private static readonly SearchValues<char> s_notPlain = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(['"', '\\']).Concat(Enumerable.Range(0xD800, 0x800)).Select(c => (char)c)]);

    private readonly int _maxDepth;
    private readonly StringBuilder _text = new();

    // The brackets that close what is open, innermost on top.
    private readonly Stack<char> _open = new();
    private Expect _expect = Expect.Value;

    // What follows the kept text before the open brackets are closed: the end of a text or of a literal.
    private string _ending = "";

    /// <summary>Makes a reader that allows 64 nested arrays and objects, as many as <c>System.Text.Json</c> reads by default.</summary>
    public PartialJson()
        : this(64)
    {
    }

    /// <summary>Makes a reader that allows so many nested arrays and objects.</summary>
    /// <param name="maxDepth">At least 0: no arrays and objects at all.</param>
    public PartialJson(int maxDepth)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxDepth);
        _maxDepth = maxDepth;
    }

    // The next thing that the grammar allows.
    private enum Expect
    {
        Value,
        ValueOrEnd,
        Key,
        KeyOrEnd,
        Colon,
        CommaOrEnd,
        Nothing,
        InText,
        InKey,
        InNumber,
        InLiteral,
    }

    /// <summary>How far the text has come.</summary>
    public PartialJsonState State { get; private set; }

    /// <summary>UTF-16 units that were taken: all that were appended, or those before the first one that fits in no JSON text.</summary>
    public int Length => _text.Length;

    /// <summary>UTF-16 units at the beginning of the text that the value keeps, as they are; <see cref="Closing"/> follows them.</summary>
    public int KeptLength { get; private set; }

    /// <summary>
    /// What makes the kept beginning of the text a JSON text: the end of a text or literal, and the brackets that close what is
    /// open. Appending it to the kept text costs less than <see cref="ToJson"/>, whose cost is that of the whole text.
    /// </summary>
    public string Closing => _open.Count == 0 ? _ending : _ending + new string(_open.ToArray());

    /// <summary>Whether a value has begun: without one there is nothing to show.</summary>
    public bool HasValue => KeptLength > 0;

    /// <summary>Takes the next characters.</summary>
    /// <param name="text">Any part of the text; how the text is cut makes no difference.</param>
    /// <returns>Whether all of them were taken; <see langword="false"/> if the text is no JSON, now or before.</returns>
    public bool Append(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length && State != PartialJsonState.Invalid;)
        {
            if (_expect is Expect.InText or Expect.InKey && IsBetweenCharacters)
            {
                int plain = text[i..].IndexOfAny(s_notPlain);
                plain = plain < 0 ? text.Length - i : plain;
                if (plain > 0)
                {
                    KeepInText(text.Slice(i, plain));
                    i += plain;
                    continue;
                }
            }

            if (Take(text[i]))
            {
                i++;
            }
        }

        return State != PartialJsonState.Invalid;
    }

    /// <summary>The value as JSON text, with the white space and escapes that it was written with; <see langword="null"/> while there is none.</summary>
    public string? ToJson() => HasValue ? string.Concat(_text.ToString(0, KeptLength), Closing) : null;

    // Takes one character; false if it must be looked at again, or is none of a JSON text.
    private bool Take(char c)
    {
        switch (_expect)
        {
            case Expect.InText or Expect.InKey:
                return TakeInText(c);
            case Expect.InNumber:
                return TakeInNumber(c);
            case Expect.InLiteral:
                return TakeInLiteral(c);
            case var _ when c is ' ' or '\t' or '\n' or '\r':
                return Pass(c, _expect);
            case Expect.Value or Expect.ValueOrEnd:
                return c == ']' && _expect == Expect.ValueOrEnd ? Close(c) : Begin(c);
            case Expect.Key or Expect.KeyOrEnd:
                return c == '}' && _expect == Expect.KeyOrEnd ? Close(c) : Expected(c, '"', Expect.InKey);
            case Expect.Colon:
                return Expected(c, ':', Expect.Value);
            case Expect.CommaOrEnd when c == ',':
                return Pass(c, _open.Peek() == ']' ? Expect.Value : Expect.Key);
            case Expect.CommaOrEnd:
                return Close(c);
            default:
                return Refuse();
        }
    }

    private bool Begin(char c)
    {
        switch (c)
        {
            case '[' or '{':
                if (_open.Count == _maxDepth)
                {
                    return Refuse();
                }

                _open.Push(c == '[' ? ']' : '}');
                return Keep(c, "", c == '[' ? Expect.ValueOrEnd : Expect.KeyOrEnd);
            case '"':
                return Keep(c, "\"", Expect.InText);
            case 't' or 'f' or 'n':
                return Keep(c, c == 't' ? "rue" : c == 'f' ? "alse" : "ull", Expect.InLiteral);
            case '-' or (>= '0' and <= '9'):
                return BeginNumber(c);
            default:
                return Refuse();
        }
    }

    private bool Close(char c)
    {
        // While something is open the stack is not empty: Expect.Nothing follows the last closing bracket.
        if (c != _open.Peek())
        {
            return Refuse();
        }

        _open.Pop();
        return Keep(c, "", AfterValue());
    }

    // Takes a character with which the value may end.
    private bool Keep(char c, string ending, Expect next)
    {
        _text.Append(c);
        KeptLength = _text.Length;
        _ending = ending;
        _expect = next;
        return true;
    }

    private bool Expected(char c, char wanted, Expect next) => c == wanted ? Pass(c, next) : Refuse();

    // Takes a character that adds nothing to the value yet.
    private bool Pass(char c, Expect next)
    {
        _text.Append(c);
        _expect = next;
        return true;
    }

    private Expect AfterValue()
    {
        if (_open.Count > 0)
        {
            return Expect.CommaOrEnd;
        }

        State = PartialJsonState.Complete;
        return Expect.Nothing;
    }

    private bool Refuse()
    {
        State = PartialJsonState.Invalid;
        return false;
    }
}
