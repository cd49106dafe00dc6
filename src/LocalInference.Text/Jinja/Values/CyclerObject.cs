namespace LocalInference.Text.Jinja;

/// <summary>What <c>cycler</c> gives: its values one after the other, and over again.</summary>
internal sealed class CyclerObject : JinjaObject
{
    private static readonly Builtin s_next = new("next", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) =>
        ((CyclerObject)self.Reference!).Next(), 0);

    private static readonly Builtin s_reset = new("reset", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) =>
        ((CyclerObject)self.Reference!).Reset(), 0);

    private readonly JinjaValue[] _values;
    private int _position;

    public CyclerObject(JinjaValue[] values)
        : base(JinjaValueKind.Object) =>
        _values = values.Length > 0 ? values : throw new JinjaFault("at least one item has to be provided");

    public override string TypeName => "Cycler";

    public override bool TryGetAttribute(RenderContext context, string name, out JinjaValue value)
    {
        value = name switch
        {
            "current" => _values[_position],
            "next" => new JinjaValue(new BoundMethod(s_next, new JinjaValue(this))),
            "reset" => new JinjaValue(new BoundMethod(s_reset, new JinjaValue(this))),
            _ => default,
        };
        return !value.IsMissing;
    }

    private JinjaValue Next()
    {
        JinjaValue current = _values[_position];
        _position = (_position + 1) % _values.Length;
        return current;
    }

    private JinjaValue Reset()
    {
        _position = 0;
        return JinjaValue.None;
    }
}
