using System.Collections.Frozen;

namespace LocalInference.Text.Jinja;

/// <summary>Methods of texts.</summary>
internal static class StringMethods
{
    private static readonly FrozenDictionary<string, Builtin> s_methods = new Builtin[]
    {
        new("upper", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => TextChanges.Upper(context, self), 0),
        new("lower", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => TextChanges.Lower(context, self), 0),
        new("casefold", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => TextChanges.Lower(context, self), 0),
        new("capitalize", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => TextChanges.Capitalize(context, self), 0),
        new("title", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => TextChanges.Title(context, self), 0),
        new("swapcase", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => TextChanges.SwapCase(context, self), 0),
        new("strip", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => TextSearch.Strip(self, a[0]), 0, "chars"),
        new("lstrip", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => TextSearch.Strip(self, a[0], right: false), 0, "chars"),
        new("rstrip", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => TextSearch.Strip(self, a[0], left: false), 0, "chars"),
        new("split", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextSearch.Split(context, self, a[0], Parameters.Integer(a[1], -1), fromRight: false), 0, "sep", "maxsplit"),
        new("rsplit", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextSearch.Split(context, self, a[0], Parameters.Integer(a[1], -1), fromRight: true), 0, "sep", "maxsplit"),
        new("splitlines", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextSearch.SplitLines(context, self, Parameters.Flag(a[0])), 0, "keepends"),
        new("partition", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => Partition(self, a[0], fromRight: false), 1, "sep"),
        new("rpartition", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => Partition(self, a[0], fromRight: true), 1, "sep"),
        new("replace", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextSearch.Replace(context, self, Parameters.Text(a[0]), Parameters.Text(a[1]), Parameters.Integer(a[2], -1)), 2, "old", "new", "count"),
        new("startswith", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => HasAffix(self, a, isSuffix: false), 1, "prefix", "start", "end"),
        new("endswith", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => HasAffix(self, a, isSuffix: true), 1, "suffix", "start", "end"),
        new("removeprefix", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => self.Span.StartsWith(Parameters.Text(a[0]).Span, StringComparison.Ordinal)
            ? self.Slice(a[0].Length, self.Length - a[0].Length) : self, 1, "prefix"),
        new("removesuffix", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => self.Span.EndsWith(Parameters.Text(a[0]).Span, StringComparison.Ordinal)
            ? self.Slice(0, self.Length - a[0].Length) : self, 1, "suffix"),
        new("find", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => JinjaValue.FromInteger(Find(self, a, fromRight: false)), 1, "sub", "start", "end"),
        new("rfind", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => JinjaValue.FromInteger(Find(self, a, fromRight: true)), 1, "sub", "start", "end"),
        new("index", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => Found(Find(self, a, fromRight: false)), 1, "sub", "start", "end"),
        new("rindex", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) => Found(Find(self, a, fromRight: true)), 1, "sub", "start", "end"),
        new("count", Count, 1, "sub"),
        new("join", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) => Join(context, self, a[0]), 1, "iterable"),
        new("format", static (RenderContext context, JinjaValue self, in CallArguments a) => FieldFormat.Apply(context, self, a)),
        new("center", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextPadding.Center(context, self, Parameters.Integer(a[0], 0), Fill(a[1])), 1, "width", "fillchar"),
        new("ljust", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextPadding.Left(context, self, Parameters.Integer(a[0], 0), Fill(a[1])), 1, "width", "fillchar"),
        new("rjust", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            TextPadding.Right(context, self, Parameters.Integer(a[0], 0), Fill(a[1])), 1, "width", "fillchar"),
        new("zfill", ZeroFill, 1, "width"),
        Check("isdigit", static c => char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.DecimalDigitNumber || "\u00b2\u00b3\u00b9".Contains(c, StringComparison.Ordinal)),
        Check("isdecimal", char.IsDigit),
        Check("isnumeric", char.IsNumber),
        Check("isalpha", char.IsLetter),
        Check("isalnum", static c => char.IsLetter(c) || char.IsNumber(c)),
        Check("isspace", PythonText.IsSpace),
        new("isascii", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) => JinjaValue.FromBoolean(System.Text.Ascii.IsValid(self.Span)), 0),
        new("isupper", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => Tests.Find("upper")!.Invoke(context, self), 0),
        new("islower", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => Tests.Find("lower")!.Invoke(context, self), 0),
    }.ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    public static Builtin? Find(string name) => s_methods.GetValueOrDefault(name);

    private static Builtin Check(string name, Predicate<char> predicate) =>
        new(name, (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) =>
        {
            foreach (char c in self.Span)
            {
                if (!predicate(c))
                {
                    return JinjaValue.FromBoolean(false);
                }
            }

            return JinjaValue.FromBoolean(self.Length > 0);
        }, 0);

    private static char Fill(JinjaValue fill) => fill.IsMissing ? ' '
        : Parameters.Text(fill).Length == 1 ? fill.Span[0]
        : throw new JinjaFault("The fill character must be exactly one character long");

    private static JinjaValue Found(long index) => index >= 0 ? JinjaValue.FromInteger(index) : throw new JinjaFault("substring not found");

    private static long Find(JinjaValue self, ReadOnlySpan<JinjaValue> arguments, bool fromRight)
    {
        ReadOnlySpan<char> text = Window(self.Span, arguments[1], arguments[2], out int start);
        int found = fromRight ? text.LastIndexOf(Parameters.Text(arguments[0]).Span) : text.IndexOf(Parameters.Text(arguments[0]).Span);
        return found < 0 || start > self.Length ? -1 : PythonText.CharacterCount(self.Span[..(start + found)]);
    }

    private static JinjaValue Count(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        ReadOnlySpan<char> sub = Parameters.Text(arguments[0]).Span;
        return JinjaValue.FromInteger(sub.IsEmpty ? PythonText.CharacterCount(self.Span) + 1 : self.Span.Count(sub));
    }

    private static JinjaValue HasAffix(JinjaValue self, ReadOnlySpan<JinjaValue> arguments, bool isSuffix)
    {
        ReadOnlySpan<char> text = Window(self.Span, arguments[1], arguments[2], out _);
        if (arguments[0].Reference is not TupleObject tuple)
        {
            return JinjaValue.FromBoolean(HasAffix(text, arguments[0], isSuffix));
        }

        foreach (ref readonly JinjaValue affix in tuple.Items)
        {
            if (HasAffix(text, affix, isSuffix))
            {
                return JinjaValue.FromBoolean(true);
            }
        }

        return JinjaValue.FromBoolean(false);
    }

    private static bool HasAffix(ReadOnlySpan<char> text, JinjaValue affix, bool isSuffix) => isSuffix
        ? text.EndsWith(Parameters.Text(affix).Span, StringComparison.Ordinal)
        : text.StartsWith(Parameters.Text(affix).Span, StringComparison.Ordinal);

    private static ReadOnlySpan<char> Window(ReadOnlySpan<char> text, JinjaValue from, JinjaValue to, out int start)
    {
        start = 0;
        if (from.IsMissing && to.IsMissing)
        {
            return text;
        }

        int count = PythonText.CharacterCount(text);
        long first = Parameters.Integer(from, 0);
        long last = Parameters.Integer(to, count);
        first = Math.Clamp(first < 0 ? first + count : first, 0, count);
        last = Math.Clamp(last < 0 ? last + count : last, first, count);
        start = Offset(text, (int)first);
        return text[start..Offset(text, (int)last)];
    }

    private static int Offset(ReadOnlySpan<char> text, int characters)
    {
        int offset = 0;
        for (; characters > 0; characters--)
        {
            offset += PythonText.CharacterLength(text, offset);
        }

        return offset;
    }

    private static JinjaValue Partition(JinjaValue self, JinjaValue separator, bool fromRight)
    {
        JinjaValue by = Parameters.Text(separator);
        if (by.Length == 0)
        {
            throw new JinjaFault("empty separator");
        }

        int found = fromRight ? self.Span.LastIndexOf(by.Span) : self.Span.IndexOf(by.Span);
        JinjaValue empty = JinjaValue.FromString("");
        JinjaValue[] parts = found >= 0
            ? [self.Slice(0, found), self.Slice(found, by.Length), self.Slice(found + by.Length, self.Length - found - by.Length)]
            : fromRight ? [empty, empty, self] : [self, empty, empty];
        return new JinjaValue(new TupleObject(parts));
    }

    private static JinjaValue Join(RenderContext context, JinjaValue self, JinjaValue items)
    {
        TextBuffer buffer = context.RentBuffer();
        ValueCursor cursor = new(items);
        for (bool isFirst = true; cursor.MoveNext(out JinjaValue item); isFirst = false)
        {
            context.Step();
            if (!isFirst)
            {
                buffer.Append(self);
            }

            buffer.Append(item.IsString ? item : throw new JinjaFault($"sequence item: expected str instance, {Attributes.TypeName(item)} found"));
        }

        return context.TakeText(buffer).AsMarkup(self.IsMarkup);
    }

    private static JinjaValue ZeroFill(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        int sign = self.Length > 0 && self.Span[0] is '+' or '-' ? 1 : 0;
        JinjaValue digits = TextPadding.Right(context, self.Slice(sign, self.Length - sign), Parameters.Integer(arguments[0], 0) - sign, '0');
        return sign == 0 ? digits : Operators.Add(context, self.Slice(0, 1), digits);
    }
}
