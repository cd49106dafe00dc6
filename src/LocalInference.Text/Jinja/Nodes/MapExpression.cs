namespace LocalInference.Text.Jinja;

/// <summary>A map: <c>{key: value}</c>.</summary>
internal sealed class MapExpression(int offset, (Expression Key, Expression Value)[] entries) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame)
    {
        frame.Context.ChargeItems(entries.Length);
        MapObject map = new();
        foreach ((Expression key, Expression value) in entries)
        {
            JinjaValue by = key.Evaluate(frame);
            JinjaValue of = value.Evaluate(frame);
            frame.Context.At = Offset;
            map.Entries[Attributes.Hashable(by)] = of;
        }

        return new JinjaValue(map);
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        foreach ((Expression key, Expression value) in entries)
        {
            visit(key);
            visit(value);
        }
    }
}
