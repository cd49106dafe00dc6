namespace LocalInference.Text.Jinja;

/// <summary>The escaping of <c>escape</c>, which makes text safe to add to markup.</summary>
internal static class HtmlEscaping
{
    public static JinjaValue Escape(RenderContext context, JinjaValue text)
    {
        if (text.IsMarkup)
        {
            return text;
        }

        if (text.Span.IndexOfAny("&<>'\"") < 0)
        {
            return text.AsMarkup();
        }

        TextBuffer buffer = context.RentBuffer();
        foreach ((int start, int length, bool isContent) in new TextParts(text))
        {
            foreach (char c in text.Span.Slice(start, length))
            {
                string? escape = c switch
                {
                    '&' => "&amp;",
                    '<' => "&lt;",
                    '>' => "&gt;",
                    '\'' => "&#39;",
                    '"' => "&#34;",
                    _ => null,
                };
                if (escape is null)
                {
                    buffer.Append(c, isContent);
                }
                else
                {
                    buffer.Append(escape, isContent);
                }
            }
        }

        return context.TakeText(buffer).AsMarkup();
    }
}
