namespace LocalInference.Text.Jinja;

/// <summary>What is printed: <c>{{ value }}</c>.</summary>
internal sealed class PrintStatement(int offset, Expression value) : Statement(offset)
{
    public Expression Value => value;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.At = Offset;
        int before = output.Length;
        value.Render(frame, output);
        frame.Context.Charge(output.Length - before);
        return Signal.None;
    }
}
