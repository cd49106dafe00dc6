namespace LocalInference.Text.Jinja;

/// <summary>Attributes and items of values, by the sandbox's rules.</summary>
internal static class Attributes
{
    private static readonly JinjaValue s_noItem = UndefinedObject.Because("The value has no such item");

    public static string TypeName(JinjaValue value) => value.IsString ? "str" : value.Reference is JinjaObject of ? of.TypeName : "Undefined";

    /// <summary>An attribute: methods and the like first, then a map's items.</summary>
    public static JinjaValue Get(RenderContext context, JinjaValue target, string name)
    {
        CheckDefined(target);
        if (TryGetAttribute(context, target, name, out JinjaValue value))
        {
            return value;
        }

        value = target.Reference is MapBase map ? map.Find(JinjaValue.OfText(name, isContent: false)) : default;
        return value.IsMissing ? Missing(target, name) : value;
    }

    /// <summary>An item: by place, by key, then an attribute of that name.</summary>
    public static JinjaValue GetItem(RenderContext context, JinjaValue target, JinjaValue key)
    {
        CheckDefined(target);
        switch (target.Reference)
        {
            case MapBase map when PythonEquality.IsHashable(key):
                JinjaValue found = map.Find(key);
                if (!found.IsMissing)
                {
                    return found;
                }

                break;
            case SequenceObject { IsIndexable: true } list when key.IsSmallInteger:
                long index = key.Int64 < 0 ? key.Int64 + list.Count : key.Int64;
                return index >= 0 && index < list.Count ? list.ItemAt((int)index) : s_noItem;
            default:
                if (target.IsString && key.IsSmallInteger)
                {
                    return PythonSlices.CharacterAt(context, target, key.Int64);
                }

                break;
        }

        if (key.IsString)
        {
            string name = key.TextString();
            return TryGetAttribute(context, target, name, out JinjaValue value) ? value : Missing(target, name);
        }

        return s_noItem;
    }

    public static Builtin? MethodOf(SequenceObject list, Builtin? method) =>
        method is null || (method.Mutates ? list is not (ListObject or ListView or JsonList) : list is MapPartView) ? null : method;

    public static void CheckMutation(RenderContext context, string name)
    {
        if (!context.Options.AllowMutation)
        {
            throw new JinjaFault($"access to attribute '{name}' is unsafe: it changes a list or map");
        }
    }

    /// <summary>A value that can be a map's key.</summary>
    public static JinjaValue Hashable(JinjaValue key) =>
        PythonEquality.IsHashable(key) ? key : throw new JinjaFault($"unhashable type: '{TypeName(key)}'");

    public static void CheckDefined(JinjaValue value)
    {
        if (value.IsUndefined)
        {
            throw new JinjaFault(value.Reference is UndefinedObject undefined ? undefined.Reason : "A value is undefined");
        }
    }

    private static bool TryGetAttribute(RenderContext context, JinjaValue target, string name, out JinjaValue value)
    {
        Builtin? method = target.Reference switch
        {
            MapBase => MapMethods.Find(name),
            SequenceObject list => MethodOf(list, ListMethods.Find(name)),
            LoopState => LoopMembers.FindMethod(LoopMembers.Find(name)),
            _ => target.IsString ? StringMethods.Find(name) : null,
        };

        if (method is null)
        {
            value = default;
            return !target.IsString && ((JinjaObject)target.Reference!).TryGetAttribute(context, name, out value);
        }

        if (method.Mutates)
        {
            CheckMutation(context, name);
        }

        value = new JinjaValue(new BoundMethod(method, target));
        return true;
    }

    private static JinjaValue Missing(JinjaValue target, string name) => UndefinedObject.Because(
        target.IsNone ? $"'None' has no attribute '{name}'" : $"'{TypeName(target)} object' has no attribute '{name}'");
}
