namespace LocalInference.Text.Jinja;

/// <summary>The language's functions.</summary>
internal static class Globals
{
    // The bound of the reference's sandbox.
    private const long MaxRange = 100_000;

    private static readonly Dictionary<string, JinjaValue> s_functions = new Builtin[]
    {
        new("range", Range),
        new("dict", Dict),
        new("namespace", Namespace),
        new("joiner", static (RenderContext _, JinjaValue _, ReadOnlySpan<JinjaValue> a) => Joiner(a[0]), 0, "sep"),
        new("cycler", static (RenderContext _, JinjaValue _, in CallArguments a) => new JinjaValue(new CyclerObject(a.Positional.ToArray()))),
        new("raise_exception", static (RenderContext context, JinjaValue _, ReadOnlySpan<JinjaValue> a) =>
            throw new JinjaFault(PythonText.ToText(context, a[0]).TextString(), TemplateErrorKind.Refused), 1, "message"),
        new("strftime_now", static (RenderContext context, JinjaValue _, ReadOnlySpan<JinjaValue> a) =>
            JinjaValue.FromString(TimeFormat.Format(a[0], context.Options.Now ?? context.Options.TimeProvider.GetLocalNow())), 1, "format"),
    }.ToDictionary(function => function.Name, function => new JinjaValue(new BoundMethod(function, default)), StringComparer.Ordinal);

    /// <summary>The function of a name, missing if there is none.</summary>
    public static JinjaValue Find(string name) => s_functions.GetValueOrDefault(name);

    private static JinjaValue Range(RenderContext context, JinjaValue self, in CallArguments arguments)
    {
        ReadOnlySpan<JinjaValue> values = arguments.Positional;
        if (values.Length is < 1 or > 3 || arguments.Names.Length > 0)
        {
            throw new JinjaFault("range takes one to three numbers");
        }

        foreach (ref readonly JinjaValue value in values)
        {
            Attributes.CheckDefined(value);
            if (!PythonNumbers.IsInteger(value))
            {
                throw new JinjaFault($"'{Attributes.TypeName(value)}' object cannot be interpreted as an integer");
            }

            if (!value.IsSmallInteger || Int128.Abs(value.Int64) > long.MaxValue / 4)
            {
                throw new JinjaFault("Range too big", TemplateErrorKind.Limit);
            }
        }

        long start = values.Length > 1 ? values[0].Int64 : 0;
        long stop = values.Length > 1 ? values[1].Int64 : values[0].Int64;
        long step = values.Length > 2 ? values[2].Int64 : 1;
        if (step == 0)
        {
            throw new JinjaFault("range() arg 3 must not be zero");
        }

        Int128 count = step > 0 ? ((Int128)stop - start + step - 1) / step : ((Int128)start - stop - step - 1) / -step;
        return count > MaxRange
            ? throw new JinjaFault($"Range too big: more than {MaxRange} items", TemplateErrorKind.Limit)
            : new JinjaValue(new RangeObject(start, stop, step, (int)Int128.Max(0, count)));
    }

    private static JinjaValue Dict(RenderContext context, JinjaValue self, in CallArguments arguments) => new(Map(context, arguments));

    private static MapObject Map(RenderContext context, in CallArguments arguments)
    {
        MapObject map = new();
        if (arguments.Positional.Length > 1)
        {
            throw new JinjaFault("dict takes at most one argument without a name");
        }

        if (arguments.Positional.Length == 1)
        {
            MapMethods.Merge(context, map, arguments.Positional[0]);
        }

        for (int i = 0; i < arguments.Names.Length; i++)
        {
            map.Entries[JinjaValue.FromString(arguments.Names[i])] = arguments.Named[i];
        }

        return map;
    }

    private static JinjaValue Namespace(RenderContext context, JinjaValue self, in CallArguments arguments) =>
        new(new NamespaceObject(Map(context, arguments).Entries));

    private static JinjaValue Joiner(JinjaValue separator)
    {
        bool isFirst = true;
        separator = separator.IsMissing ? JinjaValue.FromString(", ") : separator;
        return new JinjaValue(new BoundMethod(new Builtin("joiner", (RenderContext _, JinjaValue _, ReadOnlySpan<JinjaValue> _) =>
        {
            JinjaValue value = isFirst ? JinjaValue.FromString("") : separator;
            isFirst = false;
            return value;
        }, 0), default));
    }
}
