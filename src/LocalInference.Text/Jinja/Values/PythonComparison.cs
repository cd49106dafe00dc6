using System.Runtime.ExceptionServices;

namespace LocalInference.Text.Jinja;

/// <summary>Python's comparisons.</summary>
internal static class PythonComparison
{
    public static bool Holds(RenderContext context, ComparisonOperator comparison, JinjaValue left, JinjaValue right)
    {
        if (left.IsString && right.IsString)
        {
            context.ChargeScan(right.Length);
        }

        return Holds(comparison, context, left, right);
    }

    /// <summary>-1, 0 or 1, or 2 where a number is not one; fails for types that have no order.</summary>
    public static int Order(JinjaValue left, JinjaValue right, string symbol = "<")
    {
        if (left.IsString && right.IsString)
        {
            RenderContext.Current?.ChargeScan(Math.Min(left.Length, right.Length));
            return Math.Sign(PythonText.Compare(left.Span, right.Span));
        }

        if (PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right))
        {
            return PythonNumbers.Compare(left, right);
        }

        if (left.Reference is SequenceObject { IsIndexable: true } first and not RangeObject
            && right.Reference is SequenceObject { IsIndexable: true } second and not RangeObject && first.IsTuple == second.IsTuple)
        {
            StackGuard.Check();
            for (int i = 0; i < first.Count && i < second.Count; i++)
            {
                if (!PythonEquality.AreEqual(first.ItemAt(i), second.ItemAt(i)))
                {
                    return Order(first.ItemAt(i), second.ItemAt(i), symbol);
                }
            }

            return first.Count.CompareTo(second.Count);
        }

        Attributes.CheckDefined(left);
        Attributes.CheckDefined(right);
        throw new JinjaFault($"'{symbol}' not supported between instances of '{Attributes.TypeName(left)}' and '{Attributes.TypeName(right)}'");
    }

    /// <summary>Sorts by an order that may fail, which the platform would wrap. Not stable.</summary>
    public static void Sort<T>(T[] items, Comparison<T> order)
    {
        try
        {
            Array.Sort(items, order);
        }
        catch (InvalidOperationException wrapped) when (wrapped.InnerException is { } inner and (JinjaFault or OperationCanceledException))
        {
            ExceptionDispatchInfo.Throw(inner);
        }
    }

    public static bool Contains(RenderContext context, JinjaValue container, JinjaValue item)
    {
        switch (container.Kind)
        {
            case JinjaValueKind.String:
                return item.IsString ? container.Span.Contains(item.Span, StringComparison.Ordinal) : throw NotAText(item);
            case JinjaValueKind.Map:
                return !((MapBase)container.Reference!).Find(Attributes.Hashable(item)).IsMissing;
            default:
                break;
        }

        if (container.Reference is MapPartView { Part: MapViewPart.Keys } keys)
        {
            return !keys.Map.Find(Attributes.Hashable(item)).IsMissing;
        }

        if (container.Kind is not (JinjaValueKind.List or JinjaValueKind.Undefined) && container.Reference is not IteratorObject)
        {
            throw new JinjaFault($"argument of type '{Attributes.TypeName(container)}' is not iterable");
        }

        ValueCursor cursor = new(container);
        while (cursor.MoveNext(out JinjaValue other))
        {
            context.Step();
            if (PythonEquality.AreEqual(other, item))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(ComparisonOperator comparison, RenderContext context, JinjaValue left, JinjaValue right) => comparison switch
    {
        ComparisonOperator.Equal => PythonEquality.AreEqual(left, right),
        ComparisonOperator.NotEqual => !PythonEquality.AreEqual(left, right),
        ComparisonOperator.In => Contains(context, right, left),
        ComparisonOperator.NotIn => !Contains(context, right, left),
        ComparisonOperator.Less => Order(left, right, "<") == -1,
        ComparisonOperator.LessOrEqual => Order(left, right, "<=") is -1 or 0,
        ComparisonOperator.Greater => Order(left, right, ">") == 1,
        _ => Order(left, right, ">=") is 1 or 0,
    };

    private static JinjaFault NotAText(JinjaValue item)
    {
        Attributes.CheckDefined(item);
        return new JinjaFault($"'in <string>' requires string as left operand, not {Attributes.TypeName(item)}");
    }
}
