using System.Globalization;

namespace LocalInference.Text.Jinja;

/// <summary>Python's <c>%</c> on texts, and the filter <c>format</c>.</summary>
internal static class PercentFormat
{
    /// <summary>The filter.</summary>
    public static JinjaValue Apply(RenderContext context, JinjaValue format, in CallArguments arguments)
    {
        if (arguments.Names.Length == 0)
        {
            return Apply(context, format, new JinjaValue(new TupleObject(arguments.Positional.ToArray())));
        }

        if (!arguments.Positional.IsEmpty)
        {
            throw new JinjaFault("can't handle positional and keyword arguments at the same time");
        }

        MapObject map = new();
        for (int i = 0; i < arguments.Names.Length; i++)
        {
            map.Entries[JinjaValue.FromString(arguments.Names[i])] = arguments.Named[i];
        }

        return Apply(context, format, new JinjaValue(map));
    }

    /// <summary>The operator: a tuple gives the values one after the other, a map by name, anything else is the one value.</summary>
    public static JinjaValue Apply(RenderContext context, JinjaValue format, JinjaValue values)
    {
        TupleObject? tuple = values.Reference as TupleObject;
        TextBuffer buffer = context.RentBuffer();
        ReadOnlySpan<char> text = format.Span;
        int used = 0;
        int i = 0;
        while (i < text.Length)
        {
            int percent = text[i..].IndexOf('%');
            int plain = percent < 0 ? text.Length - i : percent;
            buffer.Append(format.Slice(i, plain));
            i += plain;
            if (i < text.Length)
            {
                i = Directive(context, text, i + 1, values, tuple, ref used, buffer, format.IsMarkup);
            }
        }

        // What has items by key counts as used, lists too.
        bool allUsed = tuple is not null ? used >= tuple.Count : used > 0 || values.Kind is JinjaValueKind.Map or JinjaValueKind.List or JinjaValueKind.Undefined;
        return allUsed ? context.TakeText(buffer).AsMarkup(format.IsMarkup) : throw new JinjaFault("not all arguments converted during string formatting");
    }

    private static int Directive(
        RenderContext context, ReadOnlySpan<char> text, int i, JinjaValue values, TupleObject? tuple, ref int used, TextBuffer output, bool isMarkup)
    {
        context.Step();
        JinjaValue named = default;
        if (i < text.Length && text[i] == '(')
        {
            int end = text[i..].IndexOf(')');
            if (end < 0 || values.Reference is not MapBase map)
            {
                throw new JinjaFault("format requires a mapping");
            }

            named = map.Find(JinjaValue.FromString(text.Slice(i + 1, end - 1).ToString()));
            if (named.IsMissing)
            {
                throw new JinjaFault("A directive of the format has no value of its name");
            }

            i += end + 1;
        }

        int flagsStart = i;
        while (i < text.Length && text[i] is '-' or '+' or ' ' or '#' or '0')
        {
            i++;
        }

        ReadOnlySpan<char> flags = text[flagsStart..i];
        int width = Number(text, ref i, values, tuple, ref used) ?? 0;
        int? precision = null;
        if (i < text.Length && text[i] == '.')
        {
            i++;
            precision = Math.Max(0, Number(text, ref i, values, tuple, ref used) ?? 0);
        }

        while (i < text.Length && text[i] is 'l' or 'h' or 'L')
        {
            i++;
        }

        if (i >= text.Length)
        {
            throw new JinjaFault("incomplete format");
        }

        char type = text[i++];
        if (type == '%')
        {
            output.Append('%');
            return i;
        }

        JinjaValue value = named.IsMissing ? Next(values, tuple, ref used) : named;
        JinjaValue shown = Format(context, value, type, flags, precision);
        shown = isMarkup ? HtmlEscaping.Escape(context, shown) : shown;
        bool isLeft = flags.Contains('-') || width < 0;
        bool isNumber = type is not ('s' or 'r' or 'a' or 'c');
        output.Append(Pad(context, shown, Math.Abs(width), isLeft, isNumber && flags.Contains('0') && !isLeft));
        return i;
    }

    private static int? Number(ReadOnlySpan<char> text, ref int i, JinjaValue values, TupleObject? tuple, ref int used)
    {
        if (i < text.Length && text[i] == '*')
        {
            i++;
            return Parameters.Size(Next(values, tuple, ref used), 0);
        }

        int start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        return i == start ? null
            : i - start < 9 ? int.Parse(text[start..i], CultureInfo.InvariantCulture)
            : throw new JinjaFault("A width of the format is too big", TemplateErrorKind.Limit);
    }

    private static JinjaValue Next(JinjaValue values, TupleObject? tuple, ref int used)
    {
        int index = used++;
        return index < (tuple?.Count ?? 1) ? tuple?.ItemAt(index) ?? values : throw new JinjaFault("not enough arguments for format string");
    }

    private static JinjaValue Format(RenderContext context, JinjaValue value, char type, ReadOnlySpan<char> flags, int? precision)
    {
        switch (type)
        {
            case 's' or 'r' or 'a':
                JinjaValue text = type == 's' ? PythonText.ToText(context, value) : Filters.Find("pprint")!.Invoke(context, value);
                return precision is { } length ? PythonSlices.Slice(context, text, JinjaValue.None, JinjaValue.FromInteger(length), JinjaValue.None) : text;
            case 'c':
                return value.IsString && PythonText.CharacterCount(value.Span) == 1 ? value : FormatSpecification.Apply(context, Integer(value, type), "c");
            default:
                break;
        }

        string sign = flags.Contains('+') ? "+" : flags.Contains(' ') ? " " : "";
        string alternate = flags.Contains('#') ? "#" : "";
        return type switch
        {
            'd' or 'i' or 'u' => AtLeast(context, FormatSpecification.Apply(context, Integer(value, type), sign + "d"), precision),
            'x' or 'X' or 'o' => AtLeast(context, FormatSpecification.Apply(context, Integer(value, type), sign + alternate + type), precision),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' => FormatSpecification.Apply(context, Real(value), string.Create(CultureInfo.InvariantCulture, $"{sign}{alternate}.{precision ?? 6}{type}")),
            _ => throw new JinjaFault($"unsupported format character '{type}'"),
        };
    }

    private static JinjaValue Integer(JinjaValue value, char type)
    {
        Attributes.CheckDefined(value);
        return PythonNumbers.IsInteger(value) ? PythonNumbers.Add(value, JinjaValue.FromInteger(0))
            : value.IsFloat && type is 'd' or 'i' or 'u' ? PythonNumbers.Truncate(value.Float)
            : throw new JinjaFault($"%{type} format: an integer is required, not {Attributes.TypeName(value)}");
    }

    private static JinjaValue Real(JinjaValue value)
    {
        Attributes.CheckDefined(value);
        return PythonNumbers.IsNumber(value) ? JinjaValue.FromFloat(PythonNumbers.ToDouble(value)) : throw new JinjaFault($"must be real number, not {Attributes.TypeName(value)}");
    }

    // An integer's precision is its least number of digits.
    private static JinjaValue AtLeast(RenderContext context, JinjaValue digits, int? count)
    {
        int sign = digits.Span[0] is '-' or '+' or ' ' ? 1 : 0;
        return count is { } least ? Pad(context, digits, least + sign, isLeft: false, withZeros: true) : digits;
    }

    private static JinjaValue Pad(RenderContext context, JinjaValue text, int width, bool isLeft, bool withZeros)
    {
        if (!withZeros)
        {
            return isLeft ? TextPadding.Left(context, text, width, ' ') : TextPadding.Right(context, text, width, ' ');
        }

        int sign = text.Length > 0 && text.Span[0] is '-' or '+' or ' ' ? 1 : 0;
        JinjaValue rest = TextPadding.Right(context, text.Slice(sign, text.Length - sign), width - sign, '0');
        return sign == 0 ? rest : Operators.Add(context, text.Slice(0, 1), rest);
    }
}
