namespace LocalInference.Text.Jinja;

/// <summary>The filter <c>striptags</c>: no tags or comments, and single spaces.</summary>
internal static class MarkupStripping
{
    public static JinjaValue Strip(RenderContext context, JinjaValue text)
    {
        TextBuffer buffer = context.RentBuffer();
        ReadOnlySpan<char> span = text.Span;
        int position = 0;
        while (position < span.Length)
        {
            int tag = span[position..].IndexOf('<');
            int end = tag < 0 ? -1 : FindEnd(span[(position + tag)..]);
            if (end < 0)
            {
                break;
            }

            buffer.Append(text.Slice(position, tag));
            position += tag + end;
        }

        buffer.Append(text.Slice(position, span.Length - position));
        JinjaValue words = TextSearch.Split(context, context.TakeText(buffer), JinjaValue.None, -1, fromRight: false);
        JinjaValue joined = Filters.Find("join")!.Invoke(context, words, JinjaValue.FromString(" "));
        foreach ((string entity, string meaning) in (ReadOnlySpan<(string, string)>)[("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&nbsp;", "\u00a0"), ("&amp;", "&")])
        {
            joined = TextSearch.Replace(context, joined, JinjaValue.FromString(entity), JinjaValue.FromString(meaning), -1);
        }

        return joined;
    }

    private static int FindEnd(ReadOnlySpan<char> tag)
    {
        bool isComment = tag.StartsWith("<!--");
        int end = tag.IndexOf(isComment ? "-->" : ">");
        return end < 0 ? -1 : end + (isComment ? 3 : 1);
    }
}
