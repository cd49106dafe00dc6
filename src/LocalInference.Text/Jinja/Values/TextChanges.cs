namespace LocalInference.Text.Jinja;

/// <summary>Changes of case, which keep every character's mark.</summary>
internal static class TextChanges
{
    private const int MaxStackLength = 256;

    public static JinjaValue Upper(RenderContext context, JinjaValue text)
    {
        JinjaValue upper = Change(context, text, static (from, to) => from.ToUpperInvariant(to));
        return upper.Span.Contains('ß') ? WithDoubleS(context, upper) : upper;
    }

    public static JinjaValue Lower(RenderContext context, JinjaValue text) => Change(context, text, static (from, to) => from.ToLowerInvariant(to));

    /// <summary>The first character upper, the others lower.</summary>
    public static JinjaValue Capitalize(RenderContext context, JinjaValue text) => Change(context, text, static (from, to) =>
    {
        from.ToLowerInvariant(to);
        if (to.Length > 0)
        {
            to[0] = char.ToUpperInvariant(from[0]);
        }
    });

    /// <summary>The first letter of each run of letters upper, the others lower: Python's method.</summary>
    public static JinjaValue Title(RenderContext context, JinjaValue text) => Change(context, text, static (from, to) =>
    {
        bool inWord = false;
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = inWord ? char.ToLowerInvariant(from[i]) : char.ToUpperInvariant(from[i]);
            inWord = char.IsLetter(from[i]);
        }
    });

    /// <summary>The first character of each word upper, the others lower: Jinja's filter, whose words begin behind spaces, hyphens and opening brackets.</summary>
    public static JinjaValue TitleWords(RenderContext context, JinjaValue text) => Change(context, text, static (from, to) =>
    {
        bool inWord = false;
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = inWord ? char.ToLowerInvariant(from[i]) : char.ToUpperInvariant(from[i]);
            inWord = !PythonText.IsSpace(from[i]) && from[i] is not ('-' or '(' or '{' or '[' or '<');
        }
    });

    public static JinjaValue SwapCase(RenderContext context, JinjaValue text) => Change(context, text, static (from, to) =>
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = char.IsUpper(from[i]) ? char.ToLowerInvariant(from[i]) : char.ToUpperInvariant(from[i]);
        }
    });

    // The one common letter that is two in upper case.
    private static JinjaValue WithDoubleS(RenderContext context, JinjaValue text)
    {
        TextBuffer buffer = context.RentBuffer();
        foreach ((int start, int length, bool isContent) in new TextParts(text))
        {
            foreach (char c in text.Span.Slice(start, length))
            {
                buffer.Append(c == 'ß' ? "SS" : new ReadOnlySpan<char>(in c), isContent);
            }
        }

        return context.TakeText(buffer).AsMarkup(text.IsMarkup);
    }

    private static JinjaValue Change(RenderContext context, JinjaValue text, ChangeCharacters change)
    {
        context.Charge(text.Length);
        Span<char> changed = text.Length <= MaxStackLength ? stackalloc char[text.Length] : new char[text.Length];
        change(text.Span, changed);
        TextBuffer buffer = context.RentBuffer();
        foreach ((int start, int length, bool isContent) in new TextParts(text))
        {
            buffer.Append(changed.Slice(start, length), isContent);
        }

        return context.TakeText(buffer).AsMarkup(text.IsMarkup);
    }

    private delegate void ChangeCharacters(ReadOnlySpan<char> from, Span<char> to);
}
