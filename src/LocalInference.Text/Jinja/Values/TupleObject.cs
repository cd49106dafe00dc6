namespace LocalInference.Text.Jinja;

/// <summary>A tuple; with names where a filter gives one whose items can also be had by name.</summary>
internal sealed class TupleObject(JinjaValue[] items, string[]? names = null) : SequenceObject
{
    public static readonly JinjaValue Empty = new(new TupleObject([]));

    public override string TypeName => "tuple";

    public override int Count => items.Length;

    public ReadOnlySpan<JinjaValue> Items => items;

    public override JinjaValue ItemAt(int index) => items[index];

    public override bool TryGetAttribute(RenderContext context, string name, out JinjaValue value)
    {
        int index = names is null ? -1 : Array.IndexOf(names, name);
        value = index < 0 ? default : items[index];
        return index >= 0;
    }

    protected override JinjaValue Make(JinjaValue[] items) => new(new TupleObject(items));
}
