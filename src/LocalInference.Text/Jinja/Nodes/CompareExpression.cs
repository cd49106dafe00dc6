namespace LocalInference.Text.Jinja;

/// <summary>A chain of comparisons, each operand evaluated once, ended by the first that is false.</summary>
internal sealed class CompareExpression(int offset, Expression first, (ComparisonOperator Operator, Expression Operand)[] rest) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame) => JinjaValue.FromBoolean(IsTrue(frame));

    public override bool IsTrue(Frame frame)
    {
        JinjaValue left = first.Evaluate(frame);
        foreach ((ComparisonOperator comparison, Expression operand) in rest)
        {
            JinjaValue right = operand.Evaluate(frame);
            frame.Context.At = Offset;
            if (!PythonComparison.Holds(frame.Context, comparison, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(first);
        foreach ((_, Expression operand) in rest)
        {
            visit(operand);
        }
    }
}
