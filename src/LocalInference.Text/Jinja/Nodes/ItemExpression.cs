namespace LocalInference.Text.Jinja;

/// <summary>An item: <c>target[key]</c>.</summary>
internal sealed class ItemExpression(int offset, Expression target, Expression key) : Expression(offset)
{
    private readonly JinjaValue _constantKey = key is ConstantExpression constant ? constant.Value : default;

    public override JinjaValue Evaluate(Frame frame)
    {
        JinjaValue from = target.Evaluate(frame);
        JinjaValue by = _constantKey.IsMissing ? key.Evaluate(frame) : _constantKey;
        if (by.IsString && from.Reference is MapBase map)
        {
            JinjaValue found = map.Find(by);
            if (!found.IsMissing)
            {
                return found;
            }
        }

        frame.Context.At = Offset;
        return Attributes.GetItem(frame.Context, from, by);
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(target);
        visit(key);
    }
}
