namespace LocalInference.Text.Jinja;

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed class LoopControlStatement(int offset, Signal signal) : Statement(offset)
{
    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.Step();
        return signal;
    }
}
