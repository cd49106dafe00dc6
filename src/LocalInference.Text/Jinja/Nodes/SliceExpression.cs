namespace LocalInference.Text.Jinja;

/// <summary>A part: <c>target[start:stop:step]</c>.</summary>
internal sealed class SliceExpression(int offset, Expression target, Expression? start, Expression? stop, Expression? step) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame)
    {
        JinjaValue from = target.Evaluate(frame);
        JinjaValue first = start?.Evaluate(frame) ?? JinjaValue.None;
        JinjaValue last = stop?.Evaluate(frame) ?? JinjaValue.None;
        JinjaValue by = step?.Evaluate(frame) ?? JinjaValue.None;
        frame.Context.At = Offset;
        return PythonSlices.Slice(frame.Context, from, first, last, by);
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(target);
        foreach (Expression? part in (ReadOnlySpan<Expression?>)[start, stop, step])
        {
            if (part is not null)
            {
                visit(part);
            }
        }
    }
}
