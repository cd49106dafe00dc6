namespace LocalInference.Text.Jinja;

/// <summary>Filters over sequences and maps.</summary>
internal static partial class SequenceFilters
{
    private static readonly string[] s_groupNames = ["grouper", "list"];

    public static IEnumerable<Builtin> All =>
    [
        new("length", Length, 0),
        new("count", Length, 0),
        new("first", First, 0),
        new("last", Last, 0),
        new("random", Random, 0),
        new("list", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) =>
            new JinjaValue(new ListObject(ValueCursor.ToArray(context, self))), 0),
        new("items", Items, 0),
        new("reverse", Reverse, 0),
        new("sort", Sort, 0, "reverse", "case_sensitive", "attribute"),
        new("dictsort", DictSort, 0, "case_sensitive", "by", "reverse"),
        new("unique", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            Iterator(Unique(context, self, Parameters.Flag(a[0]), AttributePath.From(a[1]))), 0, "case_sensitive", "attribute"),
        new("groupby", GroupBy, 1, "attribute", "default", "case_sensitive"),
        new("min", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) => Extreme(context, self, a, sign: -1), 0, "case_sensitive", "attribute"),
        new("max", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) => Extreme(context, self, a, sign: 1), 0, "case_sensitive", "attribute"),
        new("sum", Sum, 0, "attribute", "start"),
        new("batch", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            Iterator(Batch(context, self, Parameters.Integer(a[0], 0), a[1])), 1, "linecount", "fill_with"),
        new("slice", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            Iterator(Slice(context, self, Parameters.Integer(a[0], 0), a[1])), 1, "slices", "fill_with"),
        new("join", Join, 0, "d", "attribute") { GivesText = true },
    ];

    public static JinjaValue Iterator(IEnumerable<JinjaValue> items) => new(new IteratorObject(items.GetEnumerator()));

    private static JinjaValue Length(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        int length = self.Kind is JinjaValueKind.Undefined or JinjaValueKind.String or JinjaValueKind.List or JinjaValueKind.Map ? new ValueCursor(self).Length : -1;
        return length >= 0 ? JinjaValue.FromInteger(length)
            : self.Reference is LoopState loop ? loop.Get(LoopMember.Length)
            : throw new JinjaFault($"object of type '{Attributes.TypeName(self)}' has no len()");
    }

    private static JinjaValue First(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        ValueCursor cursor = new(self);
        return cursor.MoveNext(out JinjaValue item) ? item : UndefinedObject.Because("No first item, sequence was empty.");
    }

    private static JinjaValue Last(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        if (self.Reference is IteratorObject)
        {
            throw new JinjaFault("'generator' object is not reversible");
        }

        ValueCursor cursor = new(self);
        if (cursor.Length == 0)
        {
            return UndefinedObject.Because("No last item, sequence was empty.");
        }

        return self.Reference switch
        {
            SequenceObject list => list.ItemAt(list.Count - 1),
            MapBase map => map.KeyAt(map.Count - 1),
            _ => PythonSlices.CharacterAt(context, self, -1),
        };
    }

    private static JinjaValue Random(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        JinjaValue[] items = ValueCursor.ToArray(context, self);
        return items.Length == 0 ? UndefinedObject.Because("No random item, sequence was empty.") : items[System.Random.Shared.Next(items.Length)];
    }

    private static JinjaValue Items(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        // One who goes through the pairs of a map with two variables gets them without a pair being made.
        return self.Reference is MapBase map ? new JinjaValue(new IteratorObject(new MapPartView(map, MapViewPart.Items))) : Iterator(NoItems(self));
    }

    // Fails only when it is gone through, as the reference does.
    private static IEnumerable<JinjaValue> NoItems(JinjaValue self)
    {
        if (!self.IsUndefined)
        {
            throw new JinjaFault("Can only get item pairs from a mapping.");
        }

        yield break;
    }

    private static JinjaValue Reverse(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        if (self.IsString)
        {
            return PythonSlices.Slice(context, self, JinjaValue.None, JinjaValue.None, JinjaValue.FromInteger(-1));
        }

        JinjaValue[] items = ValueCursor.ToArray(context, self);
        Array.Reverse(items);
        return new JinjaValue(new IteratorObject(((IEnumerable<JinjaValue>)items).GetEnumerator(), "list_reverseiterator"));
    }

    private static JinjaValue Sum(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        AttributePath path = AttributePath.From(arguments[0]);
        JinjaValue sum = arguments[1].IsMissing ? JinjaValue.FromInteger(0) : arguments[1];
        if (sum.IsString)
        {
            throw new JinjaFault("sum() can't sum strings [use ''.join(seq) instead]");
        }

        ValueCursor cursor = new(self);
        while (cursor.MoveNext(out JinjaValue item))
        {
            context.Step();
            sum = Operators.Add(context, sum, path.Of(context, item));
        }

        return sum;
    }

    private static IEnumerable<JinjaValue> Batch(RenderContext context, JinjaValue self, long size, JinjaValue fill)
    {
        ListObject batch = new();
        ValueCursor cursor = new(self);
        while (cursor.MoveNext(out JinjaValue item))
        {
            context.Step();
            if (batch.Count == size)
            {
                yield return new JinjaValue(batch);
                batch = new ListObject();
            }

            batch.Add(item);
        }

        if (batch.Count > 0)
        {
            while (!fill.IsMissing && !fill.IsNone && batch.Count < size)
            {
                context.Step();
                batch.Add(fill);
            }

            yield return new JinjaValue(batch);
        }
    }

    private static IEnumerable<JinjaValue> Slice(RenderContext context, JinjaValue self, long slices, JinjaValue fill)
    {
        JinjaValue[] items = ValueCursor.ToArray(context, self);
        if (slices == 0)
        {
            throw new JinjaFault("integer division or modulo by zero");
        }

        long size = slices < 0 ? 0 : items.Length / slices;
        long withExtra = slices < 0 ? 0 : items.Length % slices;
        long start = 0;
        for (long i = 0; i < slices; i++)
        {
            context.Step();
            long end = start + size + (i < withExtra ? 1 : 0);
            ListObject slice = new(items[(int)start..(int)end]);
            if (!fill.IsMissing && !fill.IsNone && i >= withExtra)
            {
                slice.Add(fill);
            }

            start = end;
            yield return new JinjaValue(slice);
        }
    }

    private static JinjaValue Join(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        AttributePath path = AttributePath.From(arguments[1]);
        JinjaValue separator = Parameters.Text(context, arguments[0], "");
        TextBuffer buffer = context.RentBuffer();
        ValueCursor cursor = new(self);
        for (bool isFirst = true; cursor.MoveNext(out JinjaValue item); isFirst = false)
        {
            context.Step();
            if (!isFirst)
            {
                buffer.Append(separator);
            }

            PythonText.Write(path.Of(context, item), buffer);
        }

        return context.TakeText(buffer);
    }
}
