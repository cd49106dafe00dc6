namespace LocalInference.Text.Jinja;

/// <summary>Python's indexing and slicing of texts and sequences, which counts characters.</summary>
internal static class PythonSlices
{
    private static readonly JinjaValue s_outOfRange = UndefinedObject.Because("The index is outside the text");

    public static JinjaValue CharacterAt(RenderContext context, JinjaValue text, long index)
    {
        context.ChargeScan(text.Length);
        ReadOnlySpan<char> span = text.Span;
        int count = PythonText.CharacterCount(span);
        index = index < 0 ? index + count : index;
        if (index < 0 || index >= count)
        {
            return s_outOfRange;
        }

        int start = OffsetOf(span, count, (int)index);
        return text.Slice(start, PythonText.CharacterLength(span, start));
    }

    public static JinjaValue Slice(RenderContext context, JinjaValue value, JinjaValue start, JinjaValue stop, JinjaValue step)
    {
        Attributes.CheckDefined(value);
        SequenceObject? list = value.Reference as SequenceObject;
        if (!value.IsString && list is not { IsIndexable: true })
        {
            throw new JinjaFault($"'{Attributes.TypeName(value)}' object is not subscriptable");
        }

        if (!TryIndex(start, out long? first) || !TryIndex(stop, out long? last) || !TryIndex(step, out long? by))
        {
            throw new JinjaFault("slice indices must be integers or None");
        }

        if (by == 0)
        {
            throw new JinjaFault("slice step cannot be zero");
        }

        context.ChargeScan(value.IsString ? value.Length : 0);
        int length = list?.Count ?? PythonText.CharacterCount(value.Span);
        (int from, int count, int stride) = Resolve(length, first, last, by ?? 1);
        if (list is not null)
        {
            context.ChargeItems(list is RangeObject ? 1 : count);
            return list.Slice(from, count, stride);
        }

        return Slice(context, value, length, from, count, stride);
    }

    /// <summary>Python's rules: negative places count from the end, and what lies outside is cut off.</summary>
    private static (int Start, int Count, int Step) Resolve(int length, long? start, long? stop, long step)
    {
        long lowest = step < 0 ? -1 : 0;
        long highest = step < 0 ? length - 1 : length;
        long from = Clamp(start, step < 0 ? highest : lowest, length, lowest, highest);
        long to = Clamp(stop, step < 0 ? lowest : highest, length, lowest, highest);
        step = Math.Clamp(step, -length - 1L, length + 1L);
        long count = step < 0 ? (from > to ? (from - to - step - 1) / -step : 0) : from < to ? (to - from + step - 1) / step : 0;
        return ((int)from, (int)count, (int)step);
    }

    private static long Clamp(long? index, long byDefault, int length, long lowest, long highest)
    {
        if (index is not { } place)
        {
            return byDefault;
        }

        return Math.Clamp(place < 0 ? place + length : place, lowest, highest);
    }

    private static JinjaValue Slice(RenderContext context, JinjaValue text, int length, int start, int count, int step)
    {
        ReadOnlySpan<char> span = text.Span;
        if (count == 0)
        {
            return text.Slice(0, 0);
        }

        if (step == 1)
        {
            int from = OffsetOf(span, length, start);
            int to = length == span.Length ? start + count : from + OffsetOf(span[from..], length - start, count);
            return text.Slice(from, to - from);
        }

        // Every so many characters: a text of its own.
        int[]? offsets = length == span.Length ? null : Offsets(span, length);
        TextBuffer buffer = context.RentBuffer();
        for (int i = 0; i < count; i++)
        {
            int index = start + (i * step);
            int offset = offsets?[index] ?? index;
            buffer.Append(text.Slice(offset, PythonText.CharacterLength(span, offset)));
        }

        return context.TakeText(buffer).AsMarkup(text.IsMarkup);
    }

    private static int OffsetOf(ReadOnlySpan<char> text, int count, int index)
    {
        if (count == text.Length)
        {
            return index;
        }

        int offset = 0;
        for (; index > 0; index--)
        {
            offset += PythonText.CharacterLength(text, offset);
        }

        return offset;
    }

    private static int[] Offsets(ReadOnlySpan<char> text, int count)
    {
        int[] offsets = new int[count];
        int offset = 0;
        for (int i = 0; i < count; i++)
        {
            offsets[i] = offset;
            offset += PythonText.CharacterLength(text, offset);
        }

        return offsets;
    }

    private static bool TryIndex(JinjaValue value, out long? index)
    {
        index = value.IsSmallInteger ? value.Int64
            : value.Reference is LargeInteger ? (PythonNumbers.ToBig(value).Sign < 0 ? long.MinValue / 2 : long.MaxValue / 2)
            : null;
        return index is not null || value.IsNone;
    }
}
