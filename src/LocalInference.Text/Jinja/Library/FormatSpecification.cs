using System.Globalization;
using System.Numerics;

namespace LocalInference.Text.Jinja;

/// <summary>Python's format specification: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal static class FormatSpecification
{
    public static JinjaValue Apply(RenderContext context, JinjaValue value, string specification)
    {
        if (specification.Length == 0)
        {
            return PythonText.ToText(context, value);
        }

        int at = 0;
        char fill = ' ';
        char align = '\0';
        if (specification.Length > 1 && specification[1] is '<' or '>' or '^' or '=')
        {
            (fill, align, at) = (specification[0], specification[1], 2);
        }
        else if (specification[0] is '<' or '>' or '^' or '=')
        {
            (align, at) = (specification[0], 1);
        }

        char sign = Take(specification, ref at, "+- ");
        bool alternate = Take(specification, ref at, "#") != '\0';
        if (Take(specification, ref at, "0") != '\0' && align == '\0')
        {
            (fill, align) = ('0', value.IsString ? '<' : '=');
        }

        int width = Number(specification, ref at) ?? 0;
        char grouping = Take(specification, ref at, ",_");
        int? precision = null;
        if (Take(specification, ref at, ".") != '\0')
        {
            precision = Number(specification, ref at) ?? throw new JinjaFault("Format specifier missing precision");
        }

        char type = Take(specification, ref at, "bcdeEfFgGnosxX%");
        if (at != specification.Length)
        {
            throw new JinjaFault("Invalid format specifier");
        }

        JinjaValue body = value.IsString || (!PythonNumbers.IsNumber(value) && type is '\0' or 's')
            ? FormatText(context, value, type, precision)
            : JinjaValue.FromString(FormatNumber(value, type, sign, precision, grouping, alternate));
        return Align(context, body, width, fill, align == '\0' ? (PythonNumbers.IsNumber(value) ? '>' : '<') : align);
    }

    private static JinjaValue FormatText(RenderContext context, JinjaValue value, char type, int? precision)
    {
        if (type is not ('\0' or 's'))
        {
            throw new JinjaFault($"Unknown format code '{type}' for object of type '{Attributes.TypeName(value)}'");
        }

        JinjaValue text = PythonText.ToText(context, value);
        return precision is { } length ? PythonSlices.Slice(context, text, JinjaValue.None, JinjaValue.FromInteger(length), JinjaValue.None) : text;
    }

    private static string FormatNumber(JinjaValue value, char type, char sign, int? precision, char grouping, bool alternate)
    {
        Attributes.CheckDefined(value);
        if (!PythonNumbers.IsNumber(value))
        {
            throw new JinjaFault($"unsupported format string passed to {Attributes.TypeName(value)}.__format__");
        }

        string text;
        if (PythonNumbers.IsInteger(value) && type is '\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X' or 'c')
        {
            if (!PythonNumbers.IsInteger(value))
            {
                throw new JinjaFault($"Unknown format code '{type}' for object of type 'float'");
            }

            text = value.IsBoolean && type == '\0' ? PythonText.ToDisplayString(value) : FormatInteger(PythonNumbers.ToBig(value), type, alternate);
        }
        else
        {
            text = FormatFloat(PythonNumbers.ToDouble(value), type, precision, alternate);
        }

        text = grouping == '\0' ? text : Group(text, grouping);
        return text.StartsWith('-') || sign is '\0' or '-' ? text : sign + text;
    }

    private static string FormatInteger(BigInteger value, char type, bool alternate)
    {
        string prefix = alternate ? type switch { 'b' => "0b", 'o' => "0o", 'x' => "0x", 'X' => "0X", _ => "" } : "";
        if (type == 'c')
        {
            return value >= 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF)
                ? char.ConvertFromUtf32((int)value)
                : throw new JinjaFault("%c arg not in range(0x110000)");
        }

        string digits = type switch
        {
            'b' => ToRadix(BigInteger.Abs(value), 2),
            'o' => ToRadix(BigInteger.Abs(value), 8),
            'x' => ToRadix(BigInteger.Abs(value), 16),
            'X' => ToRadix(BigInteger.Abs(value), 16).ToUpperInvariant(),
            _ => BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture),
        };
        return (value.Sign < 0 ? "-" : "") + prefix + digits;
    }

    public static string FormatFloat(double value, char type, int? precision, bool alternate)
    {
        int digits = precision ?? 6;
        if (digits > 1000)
        {
            throw new JinjaFault("A number has more than 1000 decimals", TemplateErrorKind.Limit);
        }

        return type switch
        {
            'f' or 'F' => DecimalText.Fixed(value, digits),
            'e' or 'E' => DecimalText.Scientific(value, digits, type == 'E'),
            'g' or 'G' or 'n' => DecimalText.General(value, digits, type == 'G', alternate),
            '%' => DecimalText.Fixed(value * 100, digits) + "%",
            '\0' when precision is null => PythonNumbers.Format(value),
            '\0' => WithPoint(DecimalText.General(value, digits, isUpper: false)),
            _ => throw new JinjaFault($"Unknown format code '{type}' for object of type 'float'"),
        };
    }

    private static string WithPoint(string text) => text.AsSpan().IndexOfAny(".en") < 0 ? text + ".0" : text;

    private static string ToRadix(BigInteger value, int radix)
    {
        if (value.IsZero)
        {
            return "0";
        }

        List<char> digits = [];
        for (; !value.IsZero; value /= radix)
        {
            digits.Add("0123456789abcdef"[(int)(value % radix)]);
        }

        digits.Reverse();
        return new string([.. digits]);
    }

    private static string Group(string text, char separator)
    {
        int start = text.StartsWith('-') ? 1 : 0;
        int end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        for (int i = end - 3; i > start; i -= 3)
        {
            text = text.Insert(i, separator.ToString());
        }

        return text;
    }

    private static JinjaValue Align(RenderContext context, JinjaValue text, int width, char fill, char align)
    {
        if (align == '=')
        {
            int sign = text.Length > 0 && text.Span[0] is '-' or '+' or ' ' ? 1 : 0;
            JinjaValue rest = TextPadding.Right(context, text.Slice(sign, text.Length - sign), width - sign, fill);
            return sign == 0 ? rest : Operators.Add(context, text.Slice(0, 1), rest);
        }

        if (align == '^')
        {
            // Unlike center, an odd one goes right.
            int missing = Math.Max(0, width - PythonText.CharacterCount(text.Span));
            return TextPadding.Left(context, TextPadding.Right(context, text, width - missing + (missing / 2), fill), width, fill);
        }

        return align == '<' ? TextPadding.Left(context, text, width, fill) : TextPadding.Right(context, text, width, fill);
    }

    private static char Take(string text, ref int at, string characters) =>
        at < text.Length && characters.Contains(text[at], StringComparison.Ordinal) ? text[at++] : '\0';

    private static int? Number(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at == start ? null
            : at - start < 9 ? int.Parse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture)
            : throw new JinjaFault("Too many decimal digits in format string", TemplateErrorKind.Limit);
    }
}
