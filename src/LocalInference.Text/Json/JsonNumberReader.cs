namespace LocalInference.Text;

/// <summary>Follows a number as JSON spells it, character by character (RFC 8259, section 6).</summary>
internal struct JsonNumberReader
{
    private Part _last;

    private JsonNumberReader(Part last) => _last = last;

    private enum Part
    {
        Minus,
        Zero,
        Whole,
        Point,
        Fraction,
        Exponent,
        ExponentSign,
        ExponentDigits,
    }

    /// <summary>Whether what has come is a number, which may still go on.</summary>
    public readonly bool IsWhole => _last is Part.Zero or Part.Whole or Part.Fraction or Part.ExponentDigits;

    /// <summary>Begins with the first character: a digit or a minus.</summary>
    public static JsonNumberReader Begin(char c) => new(c switch { '-' => Part.Minus, '0' => Part.Zero, _ => Part.Whole });

    /// <summary>Takes the next character if the number can go on with it.</summary>
    public bool Take(char c)
    {
        Part? next = (_last, c) switch
        {
            (Part.Minus, '0') => Part.Zero,
            (Part.Minus or Part.Whole, >= '0' and <= '9') => Part.Whole,
            (Part.Zero or Part.Whole, '.') => Part.Point,
            (Part.Point or Part.Fraction, >= '0' and <= '9') => Part.Fraction,
            (Part.Zero or Part.Whole or Part.Fraction, 'e' or 'E') => Part.Exponent,
            (Part.Exponent, '+' or '-') => Part.ExponentSign,
            (Part.Exponent or Part.ExponentSign or Part.ExponentDigits, >= '0' and <= '9') => Part.ExponentDigits,
            _ => null,
        };
        _last = next ?? _last;
        return next is not null;
    }
}
