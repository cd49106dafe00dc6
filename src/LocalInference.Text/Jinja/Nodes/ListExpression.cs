namespace LocalInference.Text.Jinja;

/// <summary>A list or a tuple.</summary>
internal sealed class ListExpression(int offset, Expression[] items, bool isTuple) : Expression(offset)
{
    // A tuple of constants never changes, so one does for every rendering.
    private readonly JinjaValue _constant = isTuple && Array.TrueForAll(items, item => item is ConstantExpression)
        ? new JinjaValue(new TupleObject([.. items.Select(item => ((ConstantExpression)item).Value)]))
        : default;

    public override bool IsConstant => !_constant.IsMissing;

    public Expression[] Items => items;

    public bool IsTuple => isTuple;

    public override JinjaValue Evaluate(Frame frame)
    {
        if (!_constant.IsMissing)
        {
            return _constant;
        }

        frame.Context.ChargeItems(items.Length);
        JinjaValue[] values = new JinjaValue[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            values[i] = items[i].Evaluate(frame);
        }

        return isTuple ? new JinjaValue(new TupleObject(values)) : new JinjaValue(new ListObject(values));
    }

    public override void ForEachChild(Action<Expression> visit) => Array.ForEach(items, visit);
}
