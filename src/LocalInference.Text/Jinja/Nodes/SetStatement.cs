namespace LocalInference.Text.Jinja;

internal sealed class SetStatement(int offset, AssignmentTarget target, Expression value) : Statement(offset)
{
    public AssignmentTarget Target => target;

    public Expression Value => value;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.Step();
        JinjaValue of = value.Evaluate(frame);
        target.Assign(frame, of);
        return Signal.None;
    }
}
