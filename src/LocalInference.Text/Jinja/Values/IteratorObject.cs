namespace LocalInference.Text.Jinja;

/// <summary>A generator or iterator: always true, has no length, and can be gone through once.</summary>
internal sealed class IteratorObject(IEnumerator<JinjaValue> items, string typeName = "generator") : JinjaObject(JinjaValueKind.Object)
{
    private IEnumerator<JinjaValue> _items = items;
    private MapPartView? _unread;

    public IteratorObject(MapPartView view)
        : this(Enumerate(view)) => _unread = view;

    public override string TypeName => typeName;

    public IEnumerator<JinjaValue> Items
    {
        get
        {
            _unread = null;
            return _items;
        }
    }

    /// <summary>What a generator over a map goes through, if nobody has begun to; the generator is then at its end.</summary>
    public MapPartView? TakeUnread()
    {
        MapPartView? view = _unread;
        if (view is not null)
        {
            _unread = null;
            _items = ((IEnumerable<JinjaValue>)[]).GetEnumerator();
        }

        return view;
    }

    private static IEnumerator<JinjaValue> Enumerate(MapPartView view)
    {
        for (int i = 0; i < view.Count; i++)
        {
            yield return view.ItemAt(i);
        }
    }
}
