namespace LocalInference.Text.Jinja;

/// <summary>Goes through what can be iterated.</summary>
internal struct ValueCursor
{
    private readonly JinjaValue _source;
    private readonly IEnumerator<JinjaValue>? _iterator;
    private int _next;

    /// <summary>Begins; fails for what cannot be iterated. Undefined has no items.</summary>
    public ValueCursor(JinjaValue source)
    {
        _source = source;
        switch (source.Kind)
        {
            case JinjaValueKind.Undefined or JinjaValueKind.String or JinjaValueKind.List or JinjaValueKind.Map:
                break;
            case JinjaValueKind.Object when source.Reference is IteratorObject iterator:
                _iterator = iterator.Items;
                break;
            default:
                throw new JinjaFault($"'{Attributes.TypeName(source)}' object is not iterable");
        }
    }

    /// <summary>How many items there are in all, -1 if that is not known before going through them.</summary>
    public readonly int Length => _source.Kind switch
    {
        JinjaValueKind.Undefined => 0,
        JinjaValueKind.String => PythonText.CharacterCount(_source.Span),
        JinjaValueKind.List => ((SequenceObject)_source.Reference!).Count,
        JinjaValueKind.Map => ((MapBase)_source.Reference!).Count,
        _ => -1,
    };

    /// <summary>Everything that there is to go through, in a list of its own.</summary>
    public static JinjaValue[] ToArray(RenderContext context, JinjaValue source)
    {
        ValueCursor cursor = new(source);
        if (cursor.Length >= 0)
        {
            context.ChargeItems(cursor.Length);
            JinjaValue[] items = new JinjaValue[cursor.Length];
            for (int i = 0; i < items.Length && cursor.MoveNext(out JinjaValue item); i++)
            {
                items[i] = item;
            }

            return items;
        }

        List<JinjaValue> list = [];
        while (cursor.MoveNext(out JinjaValue item))
        {
            context.Step();
            list.Add(item);
        }

        return [.. list];
    }

    public bool MoveNext(out JinjaValue item)
    {
        if (_iterator is not null)
        {
            bool more = _iterator.MoveNext();
            item = more ? _iterator.Current : default;
            return more;
        }

        switch (_source.Kind)
        {
            case JinjaValueKind.List:
                SequenceObject list = (SequenceObject)_source.Reference!;
                if (_next < list.Count)
                {
                    item = list.ItemAt(_next++);
                    return true;
                }

                break;
            case JinjaValueKind.Map:
                MapBase map = (MapBase)_source.Reference!;
                if (_next < map.Count)
                {
                    item = map.KeyAt(_next++);
                    return true;
                }

                break;
            case JinjaValueKind.String when _next < _source.Length:
                int length = PythonText.CharacterLength(_source.Span, _next);
                item = _source.Slice(_next, length);
                _next += length;
                return true;
        }

        item = default;
        return false;
    }
}
