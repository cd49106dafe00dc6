namespace LocalInference.Text.Jinja;

/// <summary>How <c>tojson</c> lays JSON out, by the parameters of Python's <c>json.dumps</c>. Immutable.</summary>
internal sealed class JsonFormat
{
    // Deep enough for the schemas of nearly all tools.
    private const int PreparedDepth = 10;

    private static readonly string[] s_parameters = ["ensure_ascii", "indent", "separators", "sort_keys"];
    private static readonly JsonFormat s_default = new(ensureAscii: false, indent: null, ", ", ": ", sortKeys: false);

    private readonly string? _indent;
    private readonly string _separator;

    // The separator of items, then a line break and the indentation of the deepest prepared line: all others are parts of it.
    private readonly string _prepared;

    private JsonFormat(bool ensureAscii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
    {
        EnsureAscii = ensureAscii;
        SortKeys = sortKeys;
        KeySeparator = keySeparator;
        _indent = indent;
        _separator = itemSeparator;
        _prepared = indent is null ? itemSeparator : Line(PreparedDepth);
    }

    public bool EnsureAscii { get; }

    public bool SortKeys { get; }

    public string KeySeparator { get; }

    public static JsonFormat From(in CallArguments arguments)
    {
        if (arguments.Positional.IsEmpty && arguments.Names.Length == 0)
        {
            return s_default;
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

    /// <summary>Writes what stands before an item of a list or map.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="isFirst">Whether no item stands before it.</param>
    /// <param name="depth">How many lists and maps it lies in.</param>
    public void BeginItem(TextBuffer output, bool isFirst, int depth)
    {
        int start = isFirst ? _separator.Length : 0;
        if (_indent is null)
        {
            output.Append(_prepared.AsSpan(start));
            return;
        }

        string line = depth <= PreparedDepth ? _prepared : Line(depth);
        output.Append(line.AsSpan(start, _separator.Length + 1 + (_indent.Length * depth) - start));
    }

    /// <summary>Writes what stands between the last item of a list or map and its closing bracket.</summary>
    public void EndItems(TextBuffer output, int depth)
    {
        if (_indent is not null)
        {
            BeginItem(output, isFirst: true, depth - 1);
        }
    }

    private string Line(int depth) => _separator + "\n" + string.Concat(Enumerable.Repeat(_indent, depth));

    private static JinjaValue Get(in CallArguments arguments, int index)
    {
        if (arguments.Positional.Length > s_parameters.Length)
        {
            throw new JinjaFault($"tojson takes at most {s_parameters.Length} arguments");
        }

        return index < arguments.Positional.Length ? arguments.Positional[index] : arguments.TryGetNamed(s_parameters[index], out JinjaValue value) ? value : default;
    }

    private static string? ReadIndent(JinjaValue indent)
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
