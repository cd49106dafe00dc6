namespace LocalInference.Text.Jinja;

/// <summary>Operands joined by <c>~</c>: each is turned to text.</summary>
internal sealed class ConcatExpression : Expression
{
    private readonly Expression[] _operands;

    public ConcatExpression(int offset, Expression[] operands)
        : base(offset)
    {
        _operands = operands;
        GivesText = true;
    }

    public override JinjaValue Evaluate(Frame frame)
    {
        TextBuffer buffer = frame.Context.RentBuffer();
        Render(frame, buffer);
        return frame.Context.TakeText(buffer);
    }

    public override void Render(Frame frame, TextBuffer output)
    {
        foreach (Expression operand in _operands)
        {
            operand.Render(frame, output);
        }
    }

    public override void ForEachChild(Action<Expression> visit) => Array.ForEach(_operands, visit);
}
