using System.Buffers;

namespace LocalInference.Text.Jinja;

/// <summary>The filter <c>xmlattr</c>: a map as attributes of a tag.</summary>
internal static class XmlAttributes
{
    private static readonly SearchValues<char> s_forbidden = SearchValues.Create(" \t\n\r\f\v/>=");

    public static JinjaValue Apply(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        Attributes.CheckDefined(self);
        MapBase map = self.Reference as MapBase ?? throw new JinjaFault("xmlattr needs a map");
        bool spaced = arguments[0].IsMissing || PythonTruth.Of(arguments[0]);
        TextBuffer buffer = context.RentBuffer();
        for (int i = 0; i < map.Count; i++)
        {
            JinjaValue value = map.ValueAt(i);
            if (value.IsNone || value.IsUndefined)
            {
                continue;
            }

            JinjaValue key = Parameters.Text(map.KeyAt(i));
            if (key.Span.ContainsAny(s_forbidden))
            {
                throw new JinjaFault("Invalid character in attribute name");
            }

            if (spaced || buffer.Length > 0)
            {
                buffer.Append(' ');
            }

            buffer.Append(HtmlEscaping.Escape(context, key));
            buffer.Append("=\"");
            buffer.Append(HtmlEscaping.Escape(context, PythonText.ToText(context, value)));
            buffer.Append('"');
        }

        return context.TakeText(buffer);
    }
}
