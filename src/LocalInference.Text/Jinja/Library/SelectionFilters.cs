namespace LocalInference.Text.Jinja;

/// <summary>Filters that apply another filter or a test to each item.</summary>
internal static class SelectionFilters
{
    public static IEnumerable<Builtin> All =>
    [
        new("map", Map),
        new("select", static (RenderContext context, JinjaValue self, in CallArguments a) => Select(context, self, a, rejects: false, byAttribute: false)),
        new("reject", static (RenderContext context, JinjaValue self, in CallArguments a) => Select(context, self, a, rejects: true, byAttribute: false)),
        new("selectattr", static (RenderContext context, JinjaValue self, in CallArguments a) => Select(context, self, a, rejects: false, byAttribute: true)),
        new("rejectattr", static (RenderContext context, JinjaValue self, in CallArguments a) => Select(context, self, a, rejects: true, byAttribute: true)),
    ];

    private static JinjaValue Map(RenderContext context, JinjaValue self, in CallArguments arguments)
    {
        JinjaValue items = self;
        if (arguments.Positional.IsEmpty && arguments.TryGetNamed("attribute", out JinjaValue attribute))
        {
            arguments.TryGetNamed("default", out JinjaValue byDefault);
            if (Array.Exists(arguments.Names, name => name is not ("attribute" or "default")))
            {
                throw new JinjaFault("map has only the parameters attribute and default");
            }

            AttributePath path = AttributePath.From(attribute);
            return SequenceFilters.Iterator(Apply(context, items, item => path.Of(context, item, byDefault)));
        }

        if (arguments.Positional.IsEmpty)
        {
            throw new JinjaFault("map requires a filter argument");
        }

        Builtin filter = Find(context, arguments.Positional[0], Filters.Find, "filter");
        JinjaValue[] positional = arguments.Positional[1..].ToArray();
        string[] names = arguments.Names;
        JinjaValue[] named = arguments.Named.ToArray();
        return SequenceFilters.Iterator(Apply(context, items, item => filter.Invoke(context, item, new CallArguments(positional, names, named))));
    }

    private static JinjaValue Select(RenderContext context, JinjaValue self, in CallArguments arguments, bool rejects, bool byAttribute)
    {
        if (byAttribute && arguments.Positional.IsEmpty)
        {
            throw new JinjaFault("Missing parameter for attribute name");
        }

        ReadOnlySpan<JinjaValue> rest = arguments.Positional[(byAttribute ? 1 : 0)..];
        AttributePath path = AttributePath.From(byAttribute ? arguments.Positional[0] : default);
        if (rest.IsEmpty)
        {
            return SequenceFilters.Iterator(Filter(context, self, item => PythonTruth.Of(path.Of(context, item)) != rejects));
        }

        Builtin test = Find(context, rest[0], Tests.Find, "test");
        JinjaValue[] positional = rest[1..].ToArray();
        string[] names = arguments.Names;
        JinjaValue[] named = arguments.Named.ToArray();
        return SequenceFilters.Iterator(Filter(context, self, item =>
            PythonTruth.Of(test.Invoke(context, path.Of(context, item), new CallArguments(positional, names, named))) != rejects));
    }

    private static Builtin Find(RenderContext context, JinjaValue name, Func<string, Builtin?> find, string kind) =>
        name.AsString() is { } text && find(text) is { } found ? found : throw new JinjaFault($"No {kind} named '{PythonText.ToText(context, name).TextString()}'");

    private static IEnumerable<JinjaValue> Apply(RenderContext context, JinjaValue items, Func<JinjaValue, JinjaValue> change)
    {
        // The reference looks at the items only if they are true, so that None and 0 are like an empty list.
        if (PythonTruth.Of(items))
        {
            ValueCursor cursor = new(items);
            while (cursor.MoveNext(out JinjaValue item))
            {
                context.Step();
                yield return change(item);
            }
        }
    }

    private static IEnumerable<JinjaValue> Filter(RenderContext context, JinjaValue items, Func<JinjaValue, bool> accepts)
    {
        if (PythonTruth.Of(items))
        {
            ValueCursor cursor = new(items);
            while (cursor.MoveNext(out JinjaValue item))
            {
                context.Step();
                if (accepts(item))
                {
                    yield return item;
                }
            }
        }
    }
}
