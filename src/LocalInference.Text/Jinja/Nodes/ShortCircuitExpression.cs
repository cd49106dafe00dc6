namespace LocalInference.Text.Jinja;

/// <summary><c>and</c> or <c>or</c> of two or more: the first operand that decides it is the value.</summary>
internal sealed class ShortCircuitExpression(int offset, Expression[] operands, bool isOr) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame)
    {
        for (int i = 0; i < operands.Length - 1; i++)
        {
            JinjaValue value = operands[i].Evaluate(frame);
            if (PythonTruth.Of(value) == isOr)
            {
                return value;
            }
        }

        return operands[^1].Evaluate(frame);
    }

    public override bool IsTrue(Frame frame)
    {
        foreach (Expression operand in operands)
        {
            if (operand.IsTrue(frame) == isOr)
            {
                return isOr;
            }
        }

        return !isOr;
    }

    public override void ForEachChild(Action<Expression> visit) => Array.ForEach(operands, visit);
}
