namespace LocalInference.Text.Jinja;

/// <summary>Trimming, splitting and replacing: parts of the text, with their marks.</summary>
internal static class TextSearch
{
    /// <summary>Without the characters of a set, or whitespace, at its ends.</summary>
    public static JinjaValue Strip(JinjaValue text, JinjaValue characters, bool left = true, bool right = true)
    {
        ReadOnlySpan<char> span = text.Span;
        int start = 0;
        int end = span.Length;
        bool anySpace = characters.IsMissing || characters.IsNone;
        ReadOnlySpan<char> set = anySpace ? default : Parameters.Text(characters).Span;
        while (left && start < end && (anySpace ? PythonText.IsSpace(span[start]) : set.Contains(span[start])))
        {
            start++;
        }

        while (right && end > start && (anySpace ? PythonText.IsSpace(span[end - 1]) : set.Contains(span[end - 1])))
        {
            end--;
        }

        return text.Slice(start, end - start);
    }

    /// <summary>Python's split and rsplit.</summary>
    public static JinjaValue Split(RenderContext context, JinjaValue text, JinjaValue separator, long limit, bool fromRight)
    {
        List<JinjaValue> parts = [];
        limit = limit < 0 ? long.MaxValue : limit;
        if (separator.IsMissing || separator.IsNone)
        {
            SplitBySpace(text, limit, fromRight, parts);
        }
        else
        {
            SplitBy(text, Parameters.Text(separator).Span, limit, fromRight, parts);
        }

        context.ChargeItems(parts.Count);
        if (fromRight)
        {
            parts.Reverse();
        }

        return new JinjaValue(new ListObject([.. parts]));
    }

    public static JinjaValue SplitLines(RenderContext context, JinjaValue text, bool keepsEnds)
    {
        ReadOnlySpan<char> span = text.Span;
        List<JinjaValue> lines = [];
        int start = 0;
        while (start < span.Length)
        {
            int end = start;
            while (end < span.Length && !IsLineBreak(span[end]))
            {
                end++;
            }

            int next = end < span.Length ? end + (span[end] == '\r' && end + 1 < span.Length && span[end + 1] == '\n' ? 2 : 1) : end;
            lines.Add(text.Slice(start, (keepsEnds ? next : end) - start));
            start = next;
        }

        context.ChargeItems(lines.Count);
        return new JinjaValue(new ListObject([.. lines]));
    }

    public static JinjaValue Replace(RenderContext context, JinjaValue text, JinjaValue old, JinjaValue by, long limit)
    {
        ReadOnlySpan<char> span = text.Span;
        ReadOnlySpan<char> what = old.Span;
        limit = limit < 0 ? long.MaxValue : limit;
        if (limit == 0 || (what.Length > 0 && span.IndexOf(what) < 0))
        {
            return text.AsMarkup(isMarkup: false);
        }

        TextBuffer buffer = context.RentBuffer();
        int position = 0;
        if (what.IsEmpty)
        {
            // Between all characters, and at both ends.
            buffer.Append(by);
            for (limit--; limit > 0 && position < span.Length; limit--)
            {
                int length = PythonText.CharacterLength(span, position);
                buffer.Append(text.Slice(position, length));
                buffer.Append(by);
                position += length;
            }
        }
        else
        {
            for (int found; limit > 0 && (found = span[position..].IndexOf(what)) >= 0; limit--)
            {
                buffer.Append(text.Slice(position, found));
                buffer.Append(by);
                position += found + what.Length;
            }
        }

        buffer.Append(text.Slice(position, span.Length - position));
        return context.TakeText(buffer);
    }

    private static bool IsLineBreak(char c) => c is '\n' or '\r' or '\v' or '\f' or >= '\x1c' and <= '\x1e' or '\x85' or '\u2028' or '\u2029';

    private static void SplitBy(JinjaValue text, ReadOnlySpan<char> separator, long limit, bool fromRight, List<JinjaValue> parts)
    {
        if (separator.IsEmpty)
        {
            throw new JinjaFault("empty separator");
        }

        ReadOnlySpan<char> span = text.Span;
        int start = 0;
        int end = span.Length;
        for (; limit > 0; limit--)
        {
            int found = fromRight ? span[start..end].LastIndexOf(separator) : span[start..end].IndexOf(separator);
            if (found < 0)
            {
                break;
            }

            if (fromRight)
            {
                parts.Add(text.Slice(found + separator.Length, end - found - separator.Length));
                end = found;
            }
            else
            {
                parts.Add(text.Slice(start, found));
                start += found + separator.Length;
            }
        }

        parts.Add(text.Slice(start, end - start));
    }

    private static void SplitBySpace(JinjaValue text, long limit, bool fromRight, List<JinjaValue> parts)
    {
        JinjaValue rest = Strip(text, default);
        while (rest.Length > 0)
        {
            ReadOnlySpan<char> span = rest.Span;
            int length = 0;
            while (length < span.Length && !PythonText.IsSpace(fromRight ? span[^(length + 1)] : span[length]))
            {
                length++;
            }

            if (limit == 0)
            {
                parts.Add(rest);
                return;
            }

            limit--;
            parts.Add(fromRight ? rest.Slice(span.Length - length, length) : rest.Slice(0, length));
            rest = Strip(fromRight ? rest.Slice(0, span.Length - length) : rest.Slice(length, span.Length - length), default);
        }
    }
}
