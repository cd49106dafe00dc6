namespace LocalInference.Text.Jinja;

/// <summary>An item: <c>target[key]</c>.</summary>
internal sealed class ItemExpression(int offset, Expression target, Expression key) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame)
    {
        JinjaValue from = target.Evaluate(frame);
        JinjaValue by = key.Evaluate(frame);
        if (by.IsString && from.Reference is MapBase map && map.TryGet(by, out JinjaValue found))
        {
            return found;
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
