namespace LocalInference.Text.Jinja;

/// <summary>Filling texts up to a width, which counts characters.</summary>
internal static class TextPadding
{
    public static JinjaValue Center(RenderContext context, JinjaValue text, long width, char fill)
    {
        long missing = width - PythonText.CharacterCount(text.Span);

        // Python puts the odd one left where the width is odd.
        long left = (missing / 2) + (missing & width & 1);
        return Pad(context, text, left, missing - left, fill);
    }

    public static JinjaValue Left(RenderContext context, JinjaValue text, long width, char fill) =>
        Pad(context, text, 0, width - PythonText.CharacterCount(text.Span), fill);

    public static JinjaValue Right(RenderContext context, JinjaValue text, long width, char fill) =>
        Pad(context, text, width - PythonText.CharacterCount(text.Span), 0, fill);

    private static JinjaValue Pad(RenderContext context, JinjaValue text, long before, long after, char fill)
    {
        if (before + after <= 0)
        {
            return text;
        }

        context.Reserve(before + after + text.Length);
        TextBuffer buffer = context.RentBuffer();
        buffer.Append(fill, (int)before);
        buffer.Append(text);
        buffer.Append(fill, (int)after);
        return context.TakeText(buffer).AsMarkup(text.IsMarkup);
    }
}
