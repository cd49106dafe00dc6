using System.Text;

namespace LocalInference.Text.Jinja;

/// <summary>Filters over texts. What is not a text is turned into one where the reference does so.</summary>
internal static class TextFilters
{
    public static IEnumerable<Builtin> All =>
    [
        Text("string", static (RenderContext _, JinjaValue text) => text),
        Text("upper", TextChanges.Upper),
        Text("lower", TextChanges.Lower),
        Text("capitalize", TextChanges.Capitalize),
        Text("title", TextChanges.TitleWords),
        Text("safe", static (RenderContext _, JinjaValue text) => text.AsMarkup()),
        Text("escape", HtmlEscaping.Escape),
        Text("e", HtmlEscaping.Escape),
        Text("forceescape", static (RenderContext context, JinjaValue text) => HtmlEscaping.Escape(context, text.AsMarkup(isMarkup: false))),
        new("default", Default, 0, "default_value", "boolean"),
        new("d", Default, 0, "default_value", "boolean"),
        new("trim", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextSearch.Strip(PythonText.ToText(context, self), a[0]), 0, "chars") { GivesText = true },
        new("replace", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextSearch.Replace(context, PythonText.ToText(context, self), PythonText.ToText(context, a[0]), PythonText.ToText(context, a[1]), Parameters.Integer(a[2], -1)),
            2, "old", "new", "count") { GivesText = true },
        new("indent", Indent, 0, "width", "first", "blank") { GivesText = true },
        new("center", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextPadding.Center(context, PythonText.ToText(context, self), Parameters.Integer(a[0], 80), ' '), 0, "width") { GivesText = true },
        new("truncate", Truncate, 0, "length", "killwords", "end", "leeway"),
        new("wordcount", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => WordCount(PythonText.ToText(context, self).Span), 0),
        new("wordwrap", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) => TextWrapping.Wrap(
            context, Parameters.Text(self), Parameters.Size(a[0], 79), a[1].IsMissing || PythonTruth.Of(a[1]),
            a[2].IsMissing || a[2].IsNone ? JinjaValue.FromString("\n") : Parameters.Text(a[2]), a[3].IsMissing || PythonTruth.Of(a[3])),
            0, "width", "break_long_words", "wrapstring", "break_on_hyphens"),
        new("format", static (RenderContext context, JinjaValue self, in CallArguments a) => PercentFormat.Apply(context, PythonText.ToText(context, self), a)),
        new("urlencode", UrlEncoding.Apply, 0),
        new("striptags", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => MarkupStripping.Strip(context, PythonText.ToText(context, self)), 0),
        new("pprint", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => Repr(context, self), 0),
        new("attr", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) => AttributeOnly(context, self, a[0]), 1, "name"),
        new("xmlattr", XmlAttributes.Apply, 0, "autospace"),
    ];

    private static Builtin Text(string name, ChangeText change) =>
        new(name, (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => change(context, PythonText.ToText(context, self)), 0) { GivesText = name is not ("safe" or "escape" or "e" or "forceescape") };

    private delegate JinjaValue ChangeText(RenderContext context, JinjaValue text);

    private static JinjaValue Default(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        bool applies = self.IsUndefined || (Parameters.Flag(arguments[1]) && !PythonTruth.Of(self));
        return !applies ? self : arguments[0].IsMissing ? JinjaValue.FromString("") : arguments[0];
    }

    private static JinjaValue Repr(RenderContext context, JinjaValue self)
    {
        TextBuffer buffer = context.RentBuffer();
        PythonText.WriteRepr(self, buffer);
        return context.TakeText(buffer);
    }

    // Unlike the point, this filter looks at no items: of a map only the methods are attributes.
    private static JinjaValue AttributeOnly(RenderContext context, JinjaValue self, JinjaValue name)
    {
        JinjaValue value = Attributes.Get(context, self, Parameters.Text(name).TextString());
        return self.Reference is MapBase && value.Reference is not BoundMethod ? UndefinedObject.OfName(name.TextString()) : value;
    }

    private static JinjaValue Indent(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        JinjaValue text = Parameters.Text(self);
        long width = arguments[0].IsString ? 0 : Parameters.Integer(arguments[0], 4);
        context.Reserve(width);
        JinjaValue indent = arguments[0].IsString ? arguments[0] : JinjaValue.FromString(new string(' ', (int)Math.Max(0, width)));
        bool first = Parameters.Flag(arguments[1]);
        bool blank = Parameters.Flag(arguments[2]);

        // A line break that ends the text begins a line of its own, an empty one.
        SequenceObject lines = (SequenceObject)TextSearch.SplitLines(context, text, keepsEnds: false).Reference!;
        bool endsWithBreak = text.Length == 0 || text.Span[^1] is '\n';
        int count = lines.Count + (endsWithBreak ? 1 : 0);
        TextBuffer buffer = context.RentBuffer();
        for (int i = 0; i < count; i++)
        {
            JinjaValue line = i < lines.Count ? lines.ItemAt(i) : JinjaValue.FromString("");
            if (i > 0)
            {
                buffer.Append('\n');
            }

            if (i == 0 ? first : blank || line.Length > 0)
            {
                buffer.Append(indent);
            }

            buffer.Append(line);
        }

        return context.TakeText(buffer).AsMarkup(text.IsMarkup);
    }

    private static JinjaValue Truncate(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        JinjaValue end = arguments[2].IsMissing ? JinjaValue.FromString("...") : Parameters.Text(arguments[2]);
        long length = Parameters.Integer(arguments[0], 255);
        long leeway = Parameters.Integer(arguments[3], 5);
        int endLength = PythonText.CharacterCount(end.Span);
        if (length < endLength || leeway < 0)
        {
            throw new JinjaFault($"expected length >= {endLength} and leeway >= 0");
        }

        // What is short enough stays as it is, whatever it is.
        if (Filters.Find("length")!.Invoke(context, self).Int64 <= length + leeway)
        {
            return self;
        }

        JinjaValue text = Parameters.Text(self);
        JinjaValue kept = PythonSlices.Slice(context, text, JinjaValue.None, JinjaValue.FromInteger(length - endLength), JinjaValue.None);
        int space = Parameters.Flag(arguments[1]) ? -1 : kept.Span.LastIndexOf(' ');
        return Operators.Add(context, space < 0 ? kept : kept.Slice(0, space), end);
    }

    private static JinjaValue WordCount(ReadOnlySpan<char> text)
    {
        long count = 0;
        bool inWord = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isWord = Rune.IsLetterOrDigit(rune) || rune.Value == '_' || Rune.IsNumber(rune);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return JinjaValue.FromInteger(count);
    }
}
