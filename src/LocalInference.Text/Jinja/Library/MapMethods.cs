using System.Collections.Frozen;

namespace LocalInference.Text.Jinja;

/// <summary>Methods of maps.</summary>
internal static class MapMethods
{
    private static readonly FrozenDictionary<string, Builtin> s_methods = new Builtin[]
    {
        new("get", Get, 1, "key", "default"),
        new("keys", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) => View(self, MapViewPart.Keys), 0),
        new("values", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) => View(self, MapViewPart.Values), 0),
        new("items", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) => View(self, MapViewPart.Items), 0),
        new("copy", Copy, 0),
        new("fromkeys", FromKeys, 1, "iterable", "value"),
        new("update", Update) { Mutates = true },
        new("pop", Pop, 1, "key", "default") { Mutates = true },
        new("popitem", PopItem, 0) { Mutates = true },
        new("setdefault", SetDefault, 1, "key", "default") { Mutates = true },
        new("clear", Clear, 0) { Mutates = true },
    }.ToFrozenDictionary(method => method.Name, StringComparer.Ordinal);

    public static Builtin? Find(string name) => s_methods.GetValueOrDefault(name);

    /// <summary>Adds the entries of a map, or the pairs of something else.</summary>
    public static void Merge(RenderContext context, MapObject into, JinjaValue from)
    {
        if (from.Reference is MapBase map)
        {
            context.ChargeItems(map.Count);
            for (int i = 0; i < map.Count; i++)
            {
                into.Entries[map.KeyAt(i)] = map.ValueAt(i);
            }

            return;
        }

        ValueCursor cursor = new(from);
        while (cursor.MoveNext(out JinjaValue pair))
        {
            JinjaValue[] parts = ValueCursor.ToArray(context, pair);
            if (parts.Length != 2)
            {
                throw new JinjaFault("A map is made of pairs");
            }

            into.Entries[Attributes.Hashable(parts[0])] = parts[1];
        }
    }

    private static JinjaValue View(JinjaValue self, MapViewPart part) => new(new MapPartView((MapBase)self.Reference!, part));

    private static MapObject Own(JinjaValue self) => self.Reference is MapObject { IsFrozen: false } map
        ? map
        : throw new JinjaFault("A map that the application passed in cannot be changed");

    private static JinjaValue OrNone(JinjaValue value) => value.IsMissing ? JinjaValue.None : value;

    private static JinjaValue Get(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        JinjaValue value = ((MapBase)self.Reference!).Find(Attributes.Hashable(arguments[0]));
        return value.IsMissing ? OrNone(arguments[1]) : value;
    }

    private static JinjaValue Copy(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        MapObject copy = new();
        Merge(context, copy, self);
        return new JinjaValue(copy);
    }

    private static JinjaValue FromKeys(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        MapObject map = new();
        foreach (JinjaValue key in ValueCursor.ToArray(context, arguments[0]))
        {
            map.Entries[Attributes.Hashable(key)] = OrNone(arguments[1]);
        }

        return new JinjaValue(map);
    }

    private static JinjaValue Update(RenderContext context, JinjaValue self, in CallArguments arguments)
    {
        MapObject map = Own(self);
        foreach (ref readonly JinjaValue from in arguments.Positional)
        {
            Merge(context, map, from);
        }

        for (int i = 0; i < arguments.Names.Length; i++)
        {
            map.Entries[JinjaValue.FromString(arguments.Names[i])] = arguments.Named[i];
        }

        return JinjaValue.None;
    }

    private static JinjaValue Pop(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        MapObject map = Own(self);
        context.ChargeItems(map.Count);
        JinjaValue value = map.Entries.Remove(Attributes.Hashable(arguments[0]));
        return !value.IsMissing ? value
            : arguments[1].IsMissing ? throw new JinjaFault("The map has no such key") : arguments[1];
    }

    private static JinjaValue PopItem(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        MapObject map = Own(self);
        if (map.Count == 0)
        {
            throw new JinjaFault("popitem(): dictionary is empty");
        }

        JinjaValue item = new(new TupleObject([map.KeyAt(map.Count - 1), map.ValueAt(map.Count - 1)]));
        map.Entries.RemoveAt(map.Count - 1);
        return item;
    }

    private static JinjaValue SetDefault(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        MapObject map = Own(self);
        JinjaValue value = map.Find(Attributes.Hashable(arguments[0]));
        if (!value.IsMissing)
        {
            return value;
        }

        map.Entries[arguments[0]] = OrNone(arguments[1]);
        return OrNone(arguments[1]);
    }

    private static JinjaValue Clear(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        Own(self).Entries.Clear();
        return JinjaValue.None;
    }
}
