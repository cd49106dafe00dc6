using System.Globalization;
using System.Text;

namespace LocalInference.Text.Jinja;

/// <summary>The filter <c>urlencode</c>.</summary>
internal static class UrlEncoding
{
    public static JinjaValue Apply(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        if (self.Kind is not (JinjaValueKind.List or JinjaValueKind.Map or JinjaValueKind.Undefined) && self.Reference is not IteratorObject)
        {
            return Quote(context, self, isQuery: false);
        }

        JinjaValue pairs = self.Reference is MapBase map ? new JinjaValue(new MapPartView(map, MapViewPart.Items)) : self;
        TextBuffer buffer = context.RentBuffer();
        ValueCursor cursor = new(pairs);
        while (cursor.MoveNext(out JinjaValue pair))
        {
            JinjaValue[] parts = ValueCursor.ToArray(context, pair);
            if (parts.Length != 2)
            {
                throw new JinjaFault("urlencode needs pairs");
            }

            if (buffer.Length > 0)
            {
                buffer.Append('&');
            }

            buffer.Append(Quote(context, parts[0], isQuery: true));
            buffer.Append('=');
            buffer.Append(Quote(context, parts[1], isQuery: true));
        }

        return context.TakeText(buffer);
    }

    private static JinjaValue Quote(RenderContext context, JinjaValue value, bool isQuery)
    {
        JinjaValue text = PythonText.ToText(context, value);
        TextBuffer buffer = context.RentBuffer();
        foreach ((int start, int length, bool isContent) in new TextParts(text))
        {
            foreach (byte b in Encoding.UTF8.GetBytes(text.Span.Slice(start, length).ToArray()))
            {
                char c = (char)b;
                if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '~' || (c == '/' && !isQuery))
                {
                    buffer.Append(c, isContent);
                }
                else
                {
                    buffer.Append(c == ' ' && isQuery ? "+" : string.Create(CultureInfo.InvariantCulture, $"%{b:X2}"), isContent);
                }
            }
        }

        return context.TakeText(buffer);
    }
}
