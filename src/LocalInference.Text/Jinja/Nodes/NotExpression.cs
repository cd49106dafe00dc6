namespace LocalInference.Text.Jinja;

internal sealed class NotExpression(int offset, Expression operand) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame) => JinjaValue.FromBoolean(IsTrue(frame));

    public override bool IsTrue(Frame frame) => !operand.IsTrue(frame);

    public override void ForEachChild(Action<Expression> visit) => visit(operand);
}
