namespace LocalInference.Text.Jinja;

internal sealed class BinaryExpression(int offset, BinaryOperator operation, Expression left, Expression right) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame)
    {
        JinjaValue first = left.Evaluate(frame);
        JinjaValue second = right.Evaluate(frame);
        frame.Context.At = Offset;
        return Operators.Apply(frame.Context, operation, first, second);
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(left);
        visit(right);
    }
}
