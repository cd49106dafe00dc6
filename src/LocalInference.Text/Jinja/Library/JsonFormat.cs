namespace LocalInference.Text.Jinja;

/// <summary>How <c>tojson</c> lays JSON out, by the parameters of Python's <c>json.dumps</c>.</summary>
internal readonly record struct JsonFormat(bool EnsureAscii, string? Indent, string ItemSeparator, string KeySeparator, bool SortKeys)
{
    private static readonly string[] s_parameters = ["ensure_ascii", "indent", "separators", "sort_keys"];

    public static JsonFormat From(in CallArguments arguments)
    {
        if (arguments.Positional.IsEmpty && arguments.Names.Length == 0)
        {
            return new JsonFormat(EnsureAscii: false, Indent: null, ", ", ": ", SortKeys: false);
        }

        foreach (string name in arguments.Names)
        {
            if (Array.IndexOf(s_parameters, name) < 0)
            {
                throw new JinjaFault($"tojson has no parameter '{name}'");
            }
        }

        string? indent = ReadIndent(Get(arguments, 1));
        JinjaValue separators = Get(arguments, 2);
        string item = indent is null ? ", " : ",";
        string key = ": ";
        if (!separators.IsMissing && !separators.IsNone)
        {
            if (separators.Reference is not SequenceObject { IsIndexable: true, Count: 2 } pair || !pair.ItemAt(0).IsString || !pair.ItemAt(1).IsString)
            {
                throw new JinjaFault("separators must be two texts");
            }

            item = pair.ItemAt(0).TextString();
            key = pair.ItemAt(1).TextString();
        }

        return new JsonFormat(PythonTruth.Of(Get(arguments, 0)), indent, item, key, PythonTruth.Of(Get(arguments, 3)));
    }

    private static JinjaValue Get(in CallArguments arguments, int index)
    {
        if (arguments.Positional.Length > s_parameters.Length)
        {
            throw new JinjaFault($"tojson takes at most {s_parameters.Length} arguments");
        }

        return index < arguments.Positional.Length ? arguments.Positional[index] : arguments.TryGetNamed(s_parameters[index], out JinjaValue value) ? value : default;
    }

    private static string? ReadIndent(in JinjaValue indent)
    {
        if (indent.IsMissing || indent.IsNone)
        {
            return null;
        }

        if (indent.IsString)
        {
            return indent.TextString();
        }

        return indent.IsSmallInteger && indent.Int64 <= 1000
            ? new string(' ', (int)Math.Max(0, indent.Int64))
            : throw new JinjaFault("indent must be a number up to 1000, or a text");
    }
}
