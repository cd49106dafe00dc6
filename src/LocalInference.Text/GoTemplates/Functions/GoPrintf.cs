using System.Globalization;

namespace LocalInference.Text.GoTemplates;

/// <summary><c>printf</c>: the verbs v, s, d, q, t, f, g, x, X, c and %%, with flags, width and precision (Go's package fmt).</summary>
internal static class GoPrintf
{
    // Beyond any use; it keeps one verb from asking for gigabytes.
    private const int LargestWidth = 1000;

    public static MarkedText Format(MarkedText format, ReadOnlySpan<object?> arguments)
    {
        var written = new MarkedTextBuilder();
        string text = format.Text;
        int argument = 0;
        int plain = 0;
        while (text.IndexOf('%', plain) is >= 0 and var mark)
        {
            written.Append(format, plain, mark - plain);
            int position = mark + 1;
            GoVerb verb = GoVerb.Read(text, ref position, LargestWidth);
            plain = position;
            if (verb.Letter == '%')
            {
                written.Append("%", isContent: false);
                continue;
            }

            if (argument >= arguments.Length)
            {
                throw new GoValueException("printf has more verbs than arguments");
            }

            Pad(Write(verb, arguments[argument++]), verb, written);
        }

        if (argument < arguments.Length)
        {
            throw new GoValueException("printf has more arguments than verbs");
        }

        written.Append(format, plain, text.Length - plain);
        return written.Build();
    }

    private static MarkedText Write(GoVerb verb, object? value)
    {
        switch (verb.Letter)
        {
            case 's' or 'v':
                if (verb.Letter == 'v' && value is null)
                {
                    return GoStrings.Template("<nil>");
                }

                MarkedText text = GoFormat.Write(value);
                return verb.Precision is { } length && value is MarkedText ? GoStrings.Slice(text, 0, Math.Min(length, text.Text.Length)) : text;
            case 'q':
                return GoStrings.Of(GoQuoting.Quote(GoFormat.Write(value).Text), value is MarkedText quoted && GoStrings.HasContent(quoted));
            case 'd' when value is long integer:
                return Number(integer.ToString(CultureInfo.InvariantCulture), verb);
            case 't' when value is bool:
                return GoFormat.Write(value);
            case 'c' when value is long code && code is >= 0 and <= 0x10FFFF && System.Text.Rune.IsValid((int)code):
                return GoStrings.Template(new System.Text.Rune((int)code).ToString());
            case 'x' or 'X' when value is long integer:
                return Number(Hexadecimal(integer, verb.Letter), verb);
            case 'f' when value is double or long:
                return Number(Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("F" + (verb.Precision ?? 6).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), verb);
            case 'g' when value is double real:
                return Number(GoNumbers.Format(real, asJson: false), verb);
            default:
                throw new GoValueException($"printf cannot write this value by %{verb.Letter}");
        }
    }

    private static string Hexadecimal(long value, char letter) =>
        (value < 0 ? "-" : "") + Int128.Abs(value).ToString(letter.ToString(), CultureInfo.InvariantCulture);

    private static MarkedText Number(string digits, GoVerb verb) => GoStrings.Template(verb.Plus && !digits.StartsWith('-') ? "+" + digits : digits);

    private static void Pad(MarkedText text, GoVerb verb, MarkedTextBuilder to)
    {
        string padding = new(verb is { Zero: true, Minus: false } ? '0' : ' ', Math.Max(0, verb.Width - text.Text.Length));
        if (verb.Minus)
        {
            to.Append(text);
            to.Append(padding, isContent: false);
            return;
        }

        // Zeros go behind the sign.
        int sign = verb.Zero && text.Text is ['+' or '-', ..] ? 1 : 0;
        to.Append(text, 0, sign);
        to.Append(padding, isContent: false);
        to.Append(text, sign, text.Text.Length - sign);
    }
}
