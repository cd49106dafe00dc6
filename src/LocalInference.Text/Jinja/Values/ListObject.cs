namespace LocalInference.Text.Jinja;

/// <summary>A list that a template made.</summary>
internal sealed class ListObject : SequenceObject
{
    private JinjaValue[] _items;
    private int _count;

    public ListObject(JinjaValue[] items)
    {
        _items = items;
        _count = items.Length;
    }

    public ListObject()
        : this([])
    {
    }

    public override string TypeName => "list";

    public override int Count => _count;

    public Span<JinjaValue> Items => _items.AsSpan(0, _count);

    public override JinjaValue ItemAt(int index) => _items[index];

    public void Add(JinjaValue value) => Insert(_count, value);

    public void Insert(int index, JinjaValue value)
    {
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(4, _count * 2));
        }

        Array.Copy(_items, index, _items, index + 1, _count - index);
        _items[index] = value;
        _count++;
    }

    public JinjaValue RemoveAt(int index)
    {
        JinjaValue removed = _items[index];
        Array.Copy(_items, index + 1, _items, index, _count - index - 1);
        _items[--_count] = default;
        return removed;
    }

    public void Clear()
    {
        _items = [];
        _count = 0;
    }
}
