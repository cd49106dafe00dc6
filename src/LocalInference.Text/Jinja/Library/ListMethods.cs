using System.Collections.Frozen;

namespace LocalInference.Text.Jinja;

/// <summary>Methods of lists and tuples.</summary>
internal static class ListMethods
{
    private static readonly FrozenDictionary<string, Builtin> s_methods = new Builtin[]
    {
        new("index", Index, 1, "value", "start", "stop"),
        new("count", Count, 1, "value"),
        new("copy", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) =>
            new JinjaValue(new ListObject(ValueCursor.ToArray(context, self))), 0),
        new("append", Append, 1, "object") { Mutates = true },
        new("insert", Insert, 2, "index", "object") { Mutates = true },
        new("extend", Extend, 1, "iterable") { Mutates = true },
        new("pop", Pop, 0, "index") { Mutates = true },
        new("remove", Remove, 1, "value") { Mutates = true },
        new("clear", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) => Clear(Own(self)), 0) { Mutates = true },
        new("reverse", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) => Reverse(Own(self)), 0) { Mutates = true },
    }.ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    public static Builtin? Find(string name) => s_methods.GetValueOrDefault(name);

    private static ListObject Own(JinjaValue self) =>
        self.Reference as ListObject ?? throw new JinjaFault("A list that the application passed in cannot be changed");

    private static JinjaValue Append(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        Own(self).Add(arguments[0]);
        return JinjaValue.None;
    }

    private static JinjaValue Clear(ListObject list)
    {
        list.Clear();
        return JinjaValue.None;
    }

    private static JinjaValue Reverse(ListObject list)
    {
        list.Items.Reverse();
        return JinjaValue.None;
    }

    private static JinjaValue Insert(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        ListObject list = Own(self);
        long index = Integer(arguments[0]);
        list.Insert((int)Math.Clamp(index < 0 ? index + list.Count : index, 0, list.Count), arguments[1]);
        context.ChargeItems(list.Count / 8);
        return JinjaValue.None;
    }

    private static JinjaValue Extend(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        ListObject list = Own(self);
        foreach (JinjaValue item in ValueCursor.ToArray(context, arguments[0]))
        {
            list.Add(item);
        }

        return JinjaValue.None;
    }

    private static JinjaValue Pop(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        ListObject list = Own(self);
        long index = arguments[0].IsMissing ? -1 : Integer(arguments[0]);
        index = index < 0 ? index + list.Count : index;
        if (index < 0 || index >= list.Count)
        {
            throw new JinjaFault(list.Count == 0 ? "pop from empty list" : "pop index out of range");
        }

        context.ChargeItems((list.Count - index) / 8);
        return list.RemoveAt((int)index);
    }

    private static JinjaValue Remove(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        ListObject list = Own(self);
        context.ChargeItems(list.Count);
        for (int i = 0; i < list.Count; i++)
        {
            if (PythonEquality.AreEqual(list.ItemAt(i), arguments[0]))
            {
                list.RemoveAt(i);
                return JinjaValue.None;
            }
        }

        throw new JinjaFault("list.remove(x): x not in list");
    }

    private static JinjaValue Index(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        SequenceObject list = (SequenceObject)self.Reference!;
        context.ChargeItems(list.Count);
        long start = arguments[1].IsMissing ? 0 : Integer(arguments[1]);
        long stop = arguments[2].IsMissing ? list.Count : Integer(arguments[2]);
        start = Math.Max(0, start < 0 ? start + list.Count : start);
        stop = Math.Min(list.Count, stop < 0 ? stop + list.Count : stop);
        for (long i = start; i < stop; i++)
        {
            if (PythonEquality.AreEqual(list.ItemAt((int)i), arguments[0]))
            {
                return JinjaValue.FromInteger(i);
            }
        }

        throw new JinjaFault("The value is not in the list");
    }

    private static JinjaValue Count(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        SequenceObject list = (SequenceObject)self.Reference!;
        context.ChargeItems(list.Count);
        long count = 0;
        for (int i = 0; i < list.Count; i++)
        {
            count += PythonEquality.AreEqual(list.ItemAt(i), arguments[0]) ? 1 : 0;
        }

        return JinjaValue.FromInteger(count);
    }

    private static long Integer(JinjaValue value)
    {
        Attributes.CheckDefined(value);
        return value.IsSmallInteger ? value.Int64 : throw new JinjaFault($"'{Attributes.TypeName(value)}' object cannot be interpreted as an integer");
    }
}
