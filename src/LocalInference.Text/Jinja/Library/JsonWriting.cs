using System.Buffers;

namespace LocalInference.Text.Jinja;

/// <summary>JSON as Python's <c>json.dumps</c> writes it.</summary>
internal static class JsonWriting
{
    private const int MaxDepth = 200;

    private static readonly SearchValues<char> s_escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);
    private static readonly SearchValues<char> s_escapedOrNotAscii = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\', .. Enumerable.Range(0x7f, 0x10000 - 0x7f).Select(c => (char)c)]);

    public static void Write(JinjaValue value, JsonFormat format, TextBuffer output, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            throw new JinjaFault("JSON is nested more than 200 deep", TemplateErrorKind.Limit);
        }

        switch (value.Kind)
        {
            case JinjaValueKind.None:
                output.Append("null");
                break;
            case JinjaValueKind.Boolean:
                output.Append(value.Boolean ? "true" : "false");
                break;
            case JinjaValueKind.Float:
                output.Append(FormatFloat(value.Float));
                break;
            case JinjaValueKind.Integer:
                PythonText.WriteRepr(value, output);
                break;
            case JinjaValueKind.String:
                WriteString(value, format.EnsureAscii, output);
                break;
            case JinjaValueKind.List when value.Reference is SequenceObject { IsIndexable: true } list and not RangeObject:
                WriteList(list, format, output, depth + 1);
                break;
            case JinjaValueKind.Map:
                WriteMap((MapBase)value.Reference!, format, output, depth + 1);
                break;
            default:
                throw new JinjaFault($"Object of type {Attributes.TypeName(value)} is not JSON serializable");
        }
    }

    private static string FormatFloat(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "Infinity" : "-Infinity") : PythonNumbers.Format(value);

    private static void WriteList(SequenceObject list, JsonFormat format, TextBuffer output, int depth)
    {
        output.Append('[');
        for (int i = 0; i < list.Count; i++)
        {
            format.BeginItem(output, isFirst: i == 0, depth);
            Write(list.ItemAt(i), format, output, depth);
        }

        if (list.Count > 0)
        {
            format.EndItems(output, depth);
        }

        output.Append(']');
    }

    private static void WriteMap(MapBase map, JsonFormat format, TextBuffer output, int depth)
    {
        output.Append('{');
        int[]? order = format.SortKeys ? SortedOrder(map) : null;
        for (int i = 0; i < map.Count; i++)
        {
            int index = order?[i] ?? i;
            format.BeginItem(output, isFirst: i == 0, depth);
            WriteKey(map.KeyAt(index), format, output);
            output.Append(format.KeySeparator);
            Write(map.ValueAt(index), format, output, depth);
        }

        if (map.Count > 0)
        {
            format.EndItems(output, depth);
        }

        output.Append('}');
    }

    private static int[] SortedOrder(MapBase map)
    {
        int[] places = [.. Enumerable.Range(0, map.Count)];
        PythonComparison.Sort(places, (left, right) =>
        {
            int order = PythonComparison.Order(map.KeyAt(left), map.KeyAt(right));
            return order != 0 ? order : left.CompareTo(right);
        });
        return places;
    }

    private static void WriteKey(JinjaValue key, JsonFormat format, TextBuffer output)
    {
        if (key.IsString)
        {
            WriteString(key, format.EnsureAscii, output);
            return;
        }

        if (!PythonNumbers.IsNumber(key) && !key.IsNone)
        {
            throw new JinjaFault($"keys must be str, int, float, bool or None, not {Attributes.TypeName(key)}");
        }

        output.Append('"');
        Write(key, format, output);
        output.Append('"');
    }

    private static void WriteString(JinjaValue text, bool ensureAscii, TextBuffer output)
    {
        output.Append('"');
        ReadOnlySpan<char> whole = text.Span;
        if (!ensureAscii && text.IsUniform && JsonPlainText.TryCopy(whole, output.Reserve(whole.Length)))
        {
            output.Advance(whole.Length, text.IsContent);
        }
        else
        {
            foreach ((int start, int length, bool isContent) in new TextParts(text))
            {
                WriteEscaped(whole.Slice(start, length), ensureAscii, isContent, output);
            }
        }

        output.Append('"');
    }

    private static void WriteEscaped(ReadOnlySpan<char> text, bool ensureAscii, bool isContent, TextBuffer output)
    {
        SearchValues<char> escaped = ensureAscii ? s_escapedOrNotAscii : s_escaped;
        while (true)
        {
            int plain = text.IndexOfAny(escaped);
            if (plain < 0)
            {
                output.Append(text, isContent);
                return;
            }

            output.Append(text[..plain], isContent);
            char c = text[plain];
            output.Append(JsonEscapes.Of(c) ?? (c == '\x7f' ? "\x7f" : JsonEscapes.ByNumber(c)), isContent);
            text = text[(plain + 1)..];
        }
    }
}
