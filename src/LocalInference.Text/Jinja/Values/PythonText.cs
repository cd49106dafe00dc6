using System.Globalization;

namespace LocalInference.Text.Jinja;

/// <summary>How Python shows values: <c>str</c> and <c>repr</c>.</summary>
internal static class PythonText
{
    private const int MaxDepth = 100;

    /// <summary>Python's whitespace: Unicode's, and the four separators below the space.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>Whether characters and UTF-16 code units differ in number.</summary>
    public static bool HasSurrogates(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\ud800', '\udfff');

    /// <summary>Length in characters, of which those outside the basic plane are two code units.</summary>
    public static int CharacterCount(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        if (HasSurrogates(text))
        {
            for (int i = 0; i + 1 < text.Length; i++)
            {
                if (char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    count--;
                    i++;
                }
            }
        }

        return count;
    }

    /// <summary>Code units of the character at a place: 1 or 2.</summary>
    public static int CharacterLength(ReadOnlySpan<char> text, int start) =>
        start + 1 < text.Length && char.IsSurrogatePair(text[start], text[start + 1]) ? 2 : 1;

    /// <summary>Order by code point, which UTF-16 differs from only where surrogates meet the plane's last part.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        int common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        char a = left[common];
        char b = right[common];
        return char.IsSurrogate(a) != char.IsSurrogate(b) ? (char.IsSurrogate(a) ? 1 : -1) : a.CompareTo(b);
    }

    /// <summary>What a value prints as, outside a rendering.</summary>
    public static string ToDisplayString(JinjaValue value)
    {
        if (value.IsString)
        {
            return value.TextString();
        }

        using TextBuffer buffer = new();
        buffer.Reset(tracks: false, int.MaxValue);
        Write(value, buffer);
        return buffer.Span.ToString();
    }

    /// <summary>The value as a text, with marks where the buffer keeps them.</summary>
    public static JinjaValue ToText(RenderContext context, JinjaValue value)
    {
        if (value.IsString)
        {
            return value;
        }

        TextBuffer buffer = context.RentBuffer();
        Write(value, buffer);
        return context.TakeText(buffer);
    }

    /// <summary>Writes Python's <c>str</c> of a value.</summary>
    public static void Write(JinjaValue value, TextBuffer output)
    {
        switch (value.Kind)
        {
            case JinjaValueKind.Undefined:
                break;
            case JinjaValueKind.String:
                output.Append(value);
                break;
            default:
                WriteRepr(value, output, 0);
                break;
        }
    }

    /// <summary>Writes Python's <c>repr</c> of a value.</summary>
    public static void WriteRepr(JinjaValue value, TextBuffer output, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new JinjaFault("A value is nested more than 100 deep", TemplateErrorKind.Limit);
        }

        switch (value.Kind)
        {
            case JinjaValueKind.Undefined:
                output.Append("Undefined");
                break;
            case JinjaValueKind.None:
                output.Append("None");
                break;
            case JinjaValueKind.Boolean:
                output.Append(value.Boolean ? "True" : "False");
                break;
            case JinjaValueKind.Integer when value.IsSmallInteger:
                Span<char> digits = stackalloc char[20];
                value.Int64.TryFormat(digits, out int written, default, CultureInfo.InvariantCulture);
                output.Append(digits[..written]);
                break;
            case JinjaValueKind.Integer or JinjaValueKind.Float:
                output.Append(PythonNumbers.Format(value));
                break;
            case JinjaValueKind.String:
                StringRepr.Write(value, output);
                break;
            case JinjaValueKind.List:
                Write((SequenceObject)value.Reference!, output, depth + 1);
                break;
            case JinjaValueKind.Map:
                Write((MapBase)value.Reference!, output, depth + 1);
                break;
            default:
                output.Append('<');
                output.Append(((JinjaObject)value.Reference!).TypeName);
                output.Append(" object>");
                break;
        }
    }

    private static void Write(SequenceObject list, TextBuffer output, int depth)
    {
        switch (list)
        {
            case RangeObject range:
                output.Append(range.Step == 1
                    ? string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop})")
                    : string.Create(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}, {range.Step})"));
                return;
            case MapPartView view:
                output.Append(view.TypeName);
                output.Append("([");
                WriteItems(list, output, depth);
                output.Append("])");
                return;
            case TupleObject:
                output.Append('(');
                WriteItems(list, output, depth);
                output.Append(list.Count == 1 ? ",)" : ")");
                return;
            default:
                output.Append('[');
                WriteItems(list, output, depth);
                output.Append(']');
                return;
        }
    }

    private static void WriteItems(SequenceObject list, TextBuffer output, int depth)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (i > 0)
            {
                output.Append(", ");
            }

            WriteRepr(list.ItemAt(i), output, depth);
        }
    }

    private static void Write(MapBase map, TextBuffer output, int depth)
    {
        output.Append('{');
        for (int i = 0; i < map.Count; i++)
        {
            if (i > 0)
            {
                output.Append(", ");
            }

            WriteRepr(map.KeyAt(i), output, depth);
            output.Append(": ");
            WriteRepr(map.ValueAt(i), output, depth);
        }

        output.Append('}');
    }
}
