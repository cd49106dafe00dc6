namespace LocalInference.Text.Jinja;

/// <summary>The template's own text.</summary>
internal sealed class TextStatement(int offset, string text) : Statement(offset)
{
    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.At = Offset;
        frame.Context.Charge(text.Length);
        output.Append(text);
        return Signal.None;
    }
}
