namespace LocalInference.Text.Jinja;

/// <summary>The <c>loop</c> of a for block that is being gone through.</summary>
internal sealed class LoopState() : JinjaObject(JinjaValueKind.Object)
{
    private static readonly JinjaValue s_noPrevious = UndefinedObject.Because("there is no previous item");
    private static readonly JinjaValue s_noNext = UndefinedObject.Because("there is no next item");

    private Frame? _frame;
    private ForStatement? _statement;
    private SequenceObject? _list;
    private ValueCursor _cursor;
    private bool _isFiltered;
    private bool _hasNext;
    private JinjaValue _before;
    private JinjaValue _current;
    private JinjaValue _next;
    private JinjaValue[]? _lastChanged;
    private int _length;
    private int _depth0;

    public override string TypeName => "LoopContext";

    /// <summary>Place of the current item, from 0.</summary>
    public int Index0 { get; set; }

    /// <summary>Begins a loop over a list that only its place and length are asked of.</summary>
    public void Begin(SequenceObject list)
    {
        _list = list;
        _depth0 = 0;
        Index0 = -1;
        _lastChanged = null;
    }

    /// <summary>Begins any other loop.</summary>
    public void Begin(Frame frame, ForStatement statement, JinjaValue iterable, int depth0)
    {
        _frame = frame;
        _statement = statement;
        _list = null;
        _cursor = new ValueCursor(iterable);
        _isFiltered = statement.Test is not null;
        _hasNext = false;
        _before = _current = _next = default;
        _lastChanged = null;
        _length = -1;
        _depth0 = depth0;
        Index0 = -1;
    }

    public void End()
    {
        _frame = null;
        _list = null;
        _cursor = default;
        _before = _current = _next = default;
        _lastChanged = null;
    }

    public bool MoveNext(out JinjaValue item)
    {
        if (_hasNext)
        {
            _hasNext = false;
            item = _next;
        }
        else if (!Advance(out item))
        {
            return false;
        }

        Index0++;
        _before = _current;
        _current = item;
        return true;
    }

    public JinjaValue Get(LoopMember member) => member switch
    {
        LoopMember.Index => JinjaValue.FromInteger(Index0 + 1),
        LoopMember.Index0 => JinjaValue.FromInteger(Index0),
        LoopMember.RevIndex => JinjaValue.FromInteger(Length() - Index0),
        LoopMember.RevIndex0 => JinjaValue.FromInteger(Length() - Index0 - 1),
        LoopMember.First => JinjaValue.FromBoolean(Index0 == 0),
        LoopMember.Last => JinjaValue.FromBoolean(_list is null ? !Peek() : Index0 + 1 >= _list.Count),
        LoopMember.Length => JinjaValue.FromInteger(Length()),
        LoopMember.Depth => JinjaValue.FromInteger(_depth0 + 1),
        LoopMember.Depth0 => JinjaValue.FromInteger(_depth0),
        LoopMember.PreviousItem => Index0 == 0 ? s_noPrevious : _before,
        LoopMember.NextItem => Peek() ? _next : s_noNext,
        _ => new JinjaValue(new BoundMethod(LoopMembers.FindMethod(member)!, new JinjaValue(this))),
    };

    public override bool TryGetAttribute(RenderContext context, string name, out JinjaValue value)
    {
        LoopMember member = LoopMembers.Find(name);
        value = member == LoopMember.None ? default : Get(member);
        return member != LoopMember.None;
    }

    public JinjaValue Cycle(ReadOnlySpan<JinjaValue> values) =>
        values.IsEmpty ? throw new JinjaFault("no items for cycling given") : values[Index0 % values.Length];

    public JinjaValue Changed(ReadOnlySpan<JinjaValue> values)
    {
        bool changed = _lastChanged is null || _lastChanged.Length != values.Length;
        for (int i = 0; !changed && i < values.Length; i++)
        {
            changed = !PythonEquality.AreEqual(_lastChanged![i], values[i]);
        }

        if (changed)
        {
            _lastChanged = values.ToArray();
        }

        return JinjaValue.FromBoolean(changed);
    }

    /// <summary>Renders the loop's body over nested items: <c>loop(items)</c>.</summary>
    public void Recurse(in CallArguments arguments, TextBuffer output)
    {
        if (_statement is not { IsRecursive: true })
        {
            throw new JinjaFault("The loop must have the 'recursive' marker to be called recursively");
        }

        if (arguments.Positional.Length != 1 || arguments.Names.Length > 0)
        {
            throw new JinjaFault("loop takes exactly one argument");
        }

        _statement.Recurse(_frame!.Parent!, arguments.Positional[0], _depth0 + 1, output);
    }

    private long Length()
    {
        if (_list is not null)
        {
            return _list.Count;
        }

        if (_length < 0)
        {
            _length = _isFiltered ? -1 : _cursor.Length;
        }

        if (_length < 0)
        {
            // As in the reference, the rest is gone through to count it.
            List<JinjaValue> rest = [];
            while (Advance(out JinjaValue item))
            {
                rest.Add(item);
            }

            _cursor = new ValueCursor(new JinjaValue(new ListObject([.. rest])));
            _isFiltered = false;
            _length = rest.Count + Index0 + 1 + (_hasNext ? 1 : 0);
        }

        return _length;
    }

    private bool Peek()
    {
        if (!_hasNext)
        {
            _hasNext = Advance(out _next);
        }

        return _hasNext;
    }

    private bool Advance(out JinjaValue item)
    {
        while (_cursor.MoveNext(out item))
        {
            _frame!.Context.Step();
            if (!_isFiltered)
            {
                return true;
            }

            if (_statement!.Accepts(_frame, item))
            {
                // What several variables were set to goes on as a tuple of them.
                item = _statement.Target is TupleTarget ? new JinjaValue(new TupleObject(ValueCursor.ToArray(_frame.Context, item))) : item;
                return true;
            }
        }

        return false;
    }
}
