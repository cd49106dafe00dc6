namespace LocalInference.Text.Jinja;

/// <summary>One comparison by <c>==</c> or <c>!=</c>, which templates consist of more than of anything else.</summary>
internal sealed class EqualityExpression(int offset, Expression left, Expression right, bool isNegated) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame) => JinjaValue.FromBoolean(IsTrue(frame));

    public override bool IsTrue(Frame frame)
    {
        JinjaValue first = left.Evaluate(frame);
        JinjaValue second = right.Evaluate(frame);
        frame.Context.At = Offset;
        if (first.IsString && second.IsString)
        {
            if (first.Length != second.Length)
            {
                return isNegated;
            }

            frame.Context.ChargeScan(second.Length);
            return first.Span.SequenceEqual(second.Span) != isNegated;
        }

        return PythonEquality.AreEqual(first, second) != isNegated;
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(left);
        visit(right);
    }
}
