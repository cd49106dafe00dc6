namespace LocalInference.Text;

// Texts, numbers and literals.
public sealed partial class PartialJson
{
    private JsonNumberReader _number;

    // Characters of an escape that have come: 1 is the backslash, 2 the letter u, then up to 4 hexadecimal digits.
    private int _escaped;
    private int _unit;

    // The first half of a surrogate pair that may still get its second one, as an escape or as it is.
    private PendingHalf _half;

    private enum PendingHalf
    {
        None,
        Raw,
        Escaped,
    }

    private bool IsBetweenCharacters => _escaped == 0 && _half == PendingHalf.None;

    // Takes characters inside a text that end with a whole one. A key shows only when its value does.
    private void KeepInText(ReadOnlySpan<char> characters)
    {
        _text.Append(characters);
        _half = PendingHalf.None;
        if (_expect == Expect.InText)
        {
            KeptLength = _text.Length;
        }
    }

    private bool TakeInText(char c)
    {
        if (_escaped > 0)
        {
            return _escaped == 1 && c != 'u' ? TakeShortEscape(c) : TakeUnicodeEscape(c);
        }

        if (c < ' ' || (_half == PendingHalf.Raw) != char.IsLowSurrogate(c))
        {
            // Half a pair that is no escape is in no UTF-8 text; refusing it leaves every value encodable.
            return Refuse();
        }

        switch (c)
        {
            case '"':
                _half = PendingHalf.None;
                return _expect == Expect.InKey ? Pass(c, Expect.Colon) : Keep(c, "", AfterValue());
            case '\\':
                _escaped = 1;
                return Pass(c, _expect);
            case var _ when char.IsHighSurrogate(c):
                _half = PendingHalf.Raw;
                return Pass(c, _expect);
            default:
                KeepInText([c]);
                return true;
        }
    }

    private bool TakeShortEscape(char c)
    {
        if (c is not ('"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't'))
        {
            return Refuse();
        }

        _escaped = 0;
        KeepInText([c]);
        return true;
    }

    private bool TakeUnicodeEscape(char c)
    {
        if (_escaped > 1)
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return Refuse();
            }

            _unit = (_unit << 4) | (c <= '9' ? c - '0' : (c | ' ') - 'a' + 10);
        }

        if (++_escaped < 6)
        {
            return Pass(c, _expect);
        }

        var unit = (char)_unit;
        _escaped = 0;
        _unit = 0;
        if (char.IsHighSurrogate(unit))
        {
            _half = PendingHalf.Escaped;
            return Pass(c, _expect);
        }

        // A second half alone is no character, but JSON allows its escape, and nothing will make it one.
        KeepInText([c]);
        return true;
    }

    private bool BeginNumber(char c)
    {
        _number = JsonNumberReader.Begin(c);
        return c == '-' ? Pass(c, Expect.InNumber) : Keep(c, "", Expect.InNumber);
    }

    private bool TakeInNumber(char c)
    {
        if (_number.Take(c))
        {
            return _number.IsWhole ? Keep(c, "", Expect.InNumber) : Pass(c, Expect.InNumber);
        }

        if (!_number.IsWhole)
        {
            return Refuse();
        }

        // Only what follows a number tells that it has ended, and is looked at again as what it is.
        _expect = AfterValue();
        return false;
    }

    private bool TakeInLiteral(char c)
    {
        if (c != _ending[0])
        {
            return Refuse();
        }

        string rest = _ending[1..];
        return Keep(c, rest, rest.Length == 0 ? AfterValue() : Expect.InLiteral);
    }
}
