namespace LocalInference.Text.Jinja;

/// <summary>A number's sign: <c>-x</c> or <c>+x</c>.</summary>
internal sealed class SignExpression(int offset, Expression operand, bool isMinus) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame)
    {
        JinjaValue value = operand.Evaluate(frame);
        frame.Context.At = Offset;
        return Operators.Sign(value, isMinus);
    }

    public override void ForEachChild(Action<Expression> visit) => visit(operand);
}
