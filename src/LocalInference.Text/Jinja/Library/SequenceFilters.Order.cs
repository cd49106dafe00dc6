using System.Numerics;

namespace LocalInference.Text.Jinja;

internal static partial class SequenceFilters
{
    /// <summary>Texts in lower case, where case does not matter.</summary>
    private static JinjaValue Key(RenderContext context, JinjaValue value, bool isCaseSensitive) =>
        isCaseSensitive || !value.IsString ? value : TextChanges.Lower(context, value);

    private static JinjaValue Sort(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        AttributePath[] paths = AttributePath.Several(arguments[2]);
        bool isCaseSensitive = Parameters.Flag(arguments[1]);
        return Sorted(context, ValueCursor.ToArray(context, self), Parameters.Flag(arguments[0]), item =>
            new JinjaValue(new TupleObject(Array.ConvertAll(paths, path => Key(context, path.Of(context, item), isCaseSensitive)))));
    }

    private static JinjaValue DictSort(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        Attributes.CheckDefined(self);
        MapBase map = self.Reference as MapBase ?? throw new JinjaFault($"'{Attributes.TypeName(self)}' object has no attribute 'items'");
        string? by = arguments[1].IsMissing ? "key" : arguments[1].AsString();
        int place = by is "key" or "value" ? (by is "value" ? 1 : 0) : throw new JinjaFault("You can only sort by either \"key\" or \"value\"");
        bool isCaseSensitive = Parameters.Flag(arguments[0]);
        JinjaValue[] pairs = ValueCursor.ToArray(context, new JinjaValue(new MapPartView(map, MapViewPart.Items)));
        return Sorted(context, pairs, Parameters.Flag(arguments[2]), pair => Key(context, ((TupleObject)pair.Reference!).Items[place], isCaseSensitive));
    }

    /// <summary>Sorts stably, also in reverse.</summary>
    private static JinjaValue Sorted(RenderContext context, JinjaValue[] items, bool isReversed, Func<JinjaValue, JinjaValue> key)
    {
        context.ChargeItems(items.Length * (long)BitOperations.Log2((uint)items.Length + 1));
        (JinjaValue Key, int Index)[] keys = [.. items.Select((item, index) => (key(item), index))];
        PythonComparison.Sort(keys, (left, right) =>
        {
            int order = PythonComparison.Order(left.Key, right.Key);
            order = order == 2 ? 0 : isReversed ? -order : order;
            return order != 0 ? order : left.Index.CompareTo(right.Index);
        });
        return new JinjaValue(new ListObject(Array.ConvertAll(keys, entry => items[entry.Index])));
    }

    private static IEnumerable<JinjaValue> Unique(RenderContext context, JinjaValue self, bool isCaseSensitive, AttributePath path)
    {
        HashSet<JinjaValue> seen = new(PythonEquality.Instance);
        ValueCursor cursor = new(self);
        while (cursor.MoveNext(out JinjaValue item))
        {
            context.Step();
            if (seen.Add(Attributes.Hashable(Key(context, path.Of(context, item), isCaseSensitive))))
            {
                yield return item;
            }
        }
    }

    private static JinjaValue GroupBy(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        AttributePath path = AttributePath.From(arguments[0]);
        JinjaValue byDefault = arguments[1];
        bool isCaseSensitive = Parameters.Flag(arguments[2]);
        JinjaValue KeyOf(JinjaValue item) => Key(context, path.Of(context, item, byDefault), isCaseSensitive);
        SequenceObject sorted = (SequenceObject)Sorted(context, ValueCursor.ToArray(context, self), isReversed: false, KeyOf).Reference!;
        ListObject groups = new();
        ListObject? group = null;
        JinjaValue groupKey = default;
        for (int i = 0; i < sorted.Count; i++)
        {
            JinjaValue item = sorted.ItemAt(i);
            JinjaValue key = KeyOf(item);
            if (group is null || !PythonEquality.AreEqual(key, groupKey))
            {
                // The group is shown with the first item's own key, whatever its case.
                group = new ListObject();
                groupKey = key;
                groups.Add(new JinjaValue(new TupleObject([path.Of(context, item, byDefault), new JinjaValue(group)], s_groupNames)));
            }

            group.Add(item);
        }

        return new JinjaValue(groups);
    }

    private static JinjaValue Extreme(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments, int sign)
    {
        AttributePath path = AttributePath.From(arguments[1]);
        bool isCaseSensitive = Parameters.Flag(arguments[0]);
        ValueCursor cursor = new(self);
        if (!cursor.MoveNext(out JinjaValue best))
        {
            return UndefinedObject.Because("No aggregated item, sequence was empty.");
        }

        JinjaValue bestKey = Key(context, path.Of(context, best), isCaseSensitive);
        while (cursor.MoveNext(out JinjaValue item))
        {
            context.Step();
            JinjaValue key = Key(context, path.Of(context, item), isCaseSensitive);
            if (PythonComparison.Order(key, bestKey, sign < 0 ? "<" : ">") == sign)
            {
                best = item;
                bestKey = key;
            }
        }

        return best;
    }
}
