using System.Collections.Frozen;

namespace LocalInference.Text.Jinja;

/// <summary>The language's tests: what may stand behind <c>is</c>.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Builtin> s_tests = All().ToFrozenDictionary(test => test.Name, StringComparer.Ordinal);

    public static Builtin? Find(string name) => s_tests.GetValueOrDefault(name);

    private static IEnumerable<Builtin> All()
    {
        yield return new Builtin("defined", static value => !value.IsUndefined);
        yield return new Builtin("undefined", static value => value.IsUndefined);
        yield return new Builtin("none", static value => value.IsNone);
        yield return new Builtin("boolean", static value => value.IsBoolean);
        yield return new Builtin("true", static value => value.IsBoolean && value.Boolean);
        yield return new Builtin("false", static value => value.IsBoolean && !value.Boolean);
        yield return new Builtin("integer", static value => value.Kind == JinjaValueKind.Integer);
        yield return new Builtin("float", static value => value.IsFloat);
        yield return new Builtin("number", static value => PythonNumbers.IsNumber(value));
        yield return new Builtin("string", static value => value.IsString);
        yield return new Builtin("mapping", static value => value.Kind == JinjaValueKind.Map);
        yield return new Builtin("iterable", IsIterable);
        yield return new Builtin("sequence", IsSequence);
        yield return new Builtin("callable", static value => value.Kind == JinjaValueKind.Function || value.Reference is LoopState || value.IsUndefined);
        yield return new Builtin("escaped", static value => value.IsString && value.IsMarkup);
        yield return new Builtin("lower", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => IsCase(context, self, upper: false), 0);
        yield return new Builtin("upper", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> _) => IsCase(context, self, upper: true), 0);
        yield return new Builtin("filter", static value => value.IsString && Filters.Find(value.TextString()) is not null);
        yield return new Builtin("test", static value => value.IsString && Find(value.TextString()) is not null);
        yield return new Builtin("even", static value => Remainder(value, 2) == 0);
        yield return new Builtin("odd", static value => Remainder(value, 2) == 1);
        yield return new Builtin("divisibleby", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            JinjaValue.FromBoolean(PythonNumbers.AreEqual(PythonNumbers.Modulo(Number(self), Number(a[0])), JinjaValue.FromInteger(0))), 1, "num");
        yield return new Builtin("sameas", static (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            JinjaValue.FromBoolean(ReferenceEquals(self.Reference, a[0].Reference) && self.Bits == a[0].Bits), 1, "other");
        yield return new Builtin("in", static (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
            JinjaValue.FromBoolean(PythonComparison.Contains(context, a[0], self)), 1, "seq");
        foreach ((ComparisonOperator comparison, string[] names) in Comparisons())
        {
            foreach (string name in names)
            {
                yield return new Builtin(name, (RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> a) =>
                    JinjaValue.FromBoolean(PythonComparison.Holds(context, comparison, self, a[0])), 1, "other");
            }
        }
    }

    private static (ComparisonOperator, string[])[] Comparisons() =>
    [
        (ComparisonOperator.Equal, ["==", "eq", "equalto"]),
        (ComparisonOperator.NotEqual, ["!=", "ne"]),
        (ComparisonOperator.Less, ["<", "lt", "lessthan"]),
        (ComparisonOperator.LessOrEqual, ["<=", "le"]),
        (ComparisonOperator.Greater, [">", "gt", "greaterthan"]),
        (ComparisonOperator.GreaterOrEqual, [">=", "ge"]),
    ];

    private static bool IsIterable(JinjaValue value) =>
        value.Kind is JinjaValueKind.Undefined or JinjaValueKind.String or JinjaValueKind.List or JinjaValueKind.Map || value.Reference is IteratorObject or LoopState;

    // What has a length and items by key, which in Python includes maps.
    private static bool IsSequence(JinjaValue value) =>
        value.Kind is JinjaValueKind.Undefined or JinjaValueKind.String or JinjaValueKind.Map || value.Reference is SequenceObject { IsIndexable: true };

    private static JinjaValue IsCase(RenderContext context, JinjaValue value, bool upper)
    {
        bool hasCase = false;
        foreach (char c in PythonText.ToText(context, value).Span)
        {
            if (upper ? char.IsLower(c) : char.IsUpper(c))
            {
                return JinjaValue.FromBoolean(false);
            }

            hasCase |= upper ? char.IsUpper(c) : char.IsLower(c);
        }

        return JinjaValue.FromBoolean(hasCase);
    }

    private static long Remainder(JinjaValue value, long divisor)
    {
        JinjaValue rest = PythonNumbers.Modulo(Number(value), JinjaValue.FromInteger(divisor));
        return rest.IsSmallInteger ? rest.Int64 : rest.Float == 0 ? 0 : rest.Float == 1 ? 1 : -1;
    }

    private static JinjaValue Number(JinjaValue value)
    {
        Attributes.CheckDefined(value);
        return PythonNumbers.IsNumber(value) ? value : throw new JinjaFault($"'{Attributes.TypeName(value)}' is not a number");
    }
}
