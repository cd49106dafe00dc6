namespace LocalInference.Text.Jinja;

/// <summary>Python's <c>==</c> and <c>hash</c>: numbers and truth values compare by value, texts by their characters.</summary>
/// <remarks>
/// Each item is a step of the rendering: 60 lists that each hold the next one twice are 2^60 items to whoever goes through them.
/// </remarks>
internal sealed class PythonEquality : IEqualityComparer<JinjaValue>
{
    public static readonly PythonEquality Instance = new();

    private const int MaxDepth = 100;

    /// <summary>Whether a value can be a key: everything but lists, maps and the views of maps, and tuples of those.</summary>
    public static bool IsHashable(JinjaValue value) => value.IsString || value.Reference switch
    {
        TupleObject tuple => IsHashable(tuple),
        RangeObject => true,
        MapPartView view => view.Part == MapViewPart.Values,
        SequenceObject or MapBase => false,
        _ => true,
    };

    public static bool AreEqual(JinjaValue left, JinjaValue right, int depth = 0)
    {
        switch (left.Kind)
        {
            case JinjaValueKind.String:
                return right.IsString && left.Length == right.Length && AreEqualTexts(left, right);
            case JinjaValueKind.Boolean or JinjaValueKind.Integer or JinjaValueKind.Float:
                return right.Kind is JinjaValueKind.Boolean or JinjaValueKind.Integer or JinjaValueKind.Float && PythonNumbers.AreEqual(left, right);
            case JinjaValueKind.Undefined:
                return right.IsUndefined;
            case JinjaValueKind.List:
                return right.Kind == JinjaValueKind.List && AreEqual((SequenceObject)left.Reference!, (SequenceObject)right.Reference!, depth);
            case JinjaValueKind.Map:
                return right.Kind == JinjaValueKind.Map && AreEqual((MapBase)left.Reference!, (MapBase)right.Reference!, depth);
            default:
                return ReferenceEquals(left.Reference, right.Reference);
        }
    }

    public bool Equals(JinjaValue x, JinjaValue y) => AreEqual(x, y);

    public int GetHashCode(JinjaValue obj) => obj.Kind switch
    {
        JinjaValueKind.String => Hash(obj),
        JinjaValueKind.Boolean or JinjaValueKind.Integer or JinjaValueKind.Float => PythonNumbers.Hash(obj),
        JinjaValueKind.Undefined or JinjaValueKind.None => 0,
        _ => obj.Reference is TupleObject tuple ? Hash(tuple) : obj.Reference!.GetHashCode(),
    };

    private static bool IsHashable(TupleObject tuple)
    {
        StackGuard.Check();
        foreach (ref readonly JinjaValue item in tuple.Items)
        {
            RenderContext.Current?.Step();
            if (!IsHashable(item))
            {
                return false;
            }
        }

        return true;
    }

    private static int Hash(JinjaValue text)
    {
        RenderContext.Current?.ChargeScan(text.Length);
        return string.GetHashCode(text.Span, StringComparison.Ordinal);
    }

    private static int Hash(TupleObject tuple)
    {
        StackGuard.Check();
        HashCode hash = default;
        foreach (ref readonly JinjaValue item in tuple.Items)
        {
            RenderContext.Current?.Step();
            hash.Add(Instance.GetHashCode(item));
        }

        return hash.ToHashCode();
    }

    private static bool AreEqualTexts(JinjaValue left, JinjaValue right)
    {
        RenderContext.Current?.ChargeScan(left.Length);
        return left.Span.SequenceEqual(right.Span);
    }

    private static bool AreEqual(SequenceObject left, SequenceObject right, int depth)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        // A list is never equal to a tuple or a range, and a view of values only to itself.
        if (!string.Equals(left.TypeName, right.TypeName, StringComparison.Ordinal) || left.Count != right.Count || left is MapPartView { Part: MapViewPart.Values })
        {
            return false;
        }

        if (left is MapPartView { Part: MapViewPart.Keys } keys)
        {
            MapBase other = ((MapPartView)right).Map;
            for (int i = 0; i < keys.Count; i++)
            {
                RenderContext.Current?.Step();
                if (other.Find(keys.ItemAt(i)).IsMissing)
                {
                    return false;
                }
            }

            return true;
        }

        if (left is MapPartView items)
        {
            return AreEqual(items.Map, ((MapPartView)right).Map, depth);
        }

        for (int i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left.ItemAt(i), right.ItemAt(i), Deeper(depth)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(MapBase left, MapBase right, int depth)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left.Count != right.Count)
        {
            return false;
        }

        for (int i = 0; i < left.Count; i++)
        {
            JinjaValue value = right.Find(left.KeyAt(i));
            if (value.IsMissing || !AreEqual(left.ValueAt(i), value, Deeper(depth)))
            {
                return false;
            }
        }

        return true;
    }

    private static int Deeper(int depth)
    {
        RenderContext.Current?.Step();
        return depth < MaxDepth ? depth + 1 : throw new JinjaFault("Comparing goes deeper than 100 lists and maps", TemplateErrorKind.Limit);
    }
}
