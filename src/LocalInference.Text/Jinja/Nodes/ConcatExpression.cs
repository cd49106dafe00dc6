namespace LocalInference.Text.Jinja;

/// <summary>Operands joined by <c>~</c>: each is turned to text.</summary>
internal sealed class ConcatExpression(int offset, Expression[] operands) : Expression(offset)
{
    public override bool GivesText => true;

    public override JinjaValue Evaluate(Frame frame)
    {
        TextBuffer buffer = frame.Context.RentBuffer();
        Render(frame, buffer);
        return frame.Context.TakeText(buffer);
    }

    public override void Render(Frame frame, TextBuffer output)
    {
        foreach (Expression operand in operands)
        {
            operand.Render(frame, output);
        }
    }

    public override void ForEachChild(Action<Expression> visit) => Array.ForEach(operands, visit);
}
