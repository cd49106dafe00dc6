using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>The syntaxes of one call.</summary>
internal sealed partial class ToolGrammarWriter
{
    /// <summary>2^5 rules is as many as one tool may cost.</summary>
    private const int MaximumPermuted = 5;

    /// <summary>A name that the schema leaves open, of what no syntax has around names.</summary>
    private const string AnyKey = "[^:,{}<>\"\\x00-\\x20]+";

    private string Json(ToolArguments tool)
    {
        ToolFormat tools = _format.Tools;
        string name = Text(JsonEscapes.Quote(tool.Name));
        string colon = $"\":\" {_gap}";
        string open = $"\"{{\" {_gap}";
        if (tools.NameKey.Length == 0)
        {
            return $"{open} {name} {colon} {Arguments(tool)} {_gap} \"}}\"";
        }

        string comma = $"{_gap} \",\" {_gap}";
        string id = tools.IdKey.Length == 0
            ? string.Empty
            : $"{Text(JsonEscapes.Quote(tools.IdKey))} {colon} \"\\\"\" [a-zA-Z0-9_-]{{1,40}} \"\\\"\"";
        string before = id.Length == 0 ? string.Empty : $"({id} {comma})?";
        string after = id.Length == 0 ? string.Empty : $"({comma} {id})?";
        string type = tools.CallStart.Length == 0 ? $"({Text("\"type\": \"function\", ")})?" : string.Empty;
        return $"{open} {type} {before} {Text(JsonEscapes.Quote(tools.NameKey))} {colon} {name} {comma} "
            + $"{Text(JsonEscapes.Quote(tools.ArgumentsKey))} {colon} {Arguments(tool)} {after} {_gap} \"}}\"";
    }

    private string NamedJson(ToolArguments tool)
    {
        ToolFormat tools = _format.Tools;
        string leading = tools.LeadingIdEnd.Length == 0 ? string.Empty : $"[a-zA-Z0-9_-]{{1,40}} {Text(tools.LeadingIdEnd)} ";
        string name = tools.NameIsInId
            ? $"{Text($"functions.{tool.Name}:")} [0-9]{{1,4}}"
            : Text(tools.NamePrefix + tool.Name);
        string id = tools.IdPrefix.Length == 0 ? string.Empty : $"({Text(tools.IdPrefix)} [a-zA-Z0-9]{{1,40}})? ";
        return $"{leading}{name} {_gap} {Text(tools.NameSuffix)} {id}{Text(tools.ArgumentsStart)} {_gap} {Arguments(tool)} "
            + $"{_gap} {Text(tools.ArgumentsEnd)} {_gap} {Text(tools.FunctionEnd)}";
    }

    private string Tagged(ToolArguments tool)
    {
        ToolFormat tools = _format.Tools;
        string tail = tools.NameTail.Length == 0 ? string.Empty : $"[0-9]{{1,4}} {Text(tools.NameTail)} ";
        string head = $"{Text(tools.NamePrefix + tool.Name + tools.NameSuffix)} {tail}";
        return $"{head} {AnyForm(tool, TaggedForm)} {_gap} {Text(tools.FunctionEnd)}";
    }

    private string TaggedForm(ToolArguments tool, List<ToolParameter> parameters)
    {
        List<string> needed = [];
        List<string> optional = [];
        foreach (ToolParameter parameter in parameters)
        {
            string argument = _grammar.AddRule($"argument-{tool.Name}-{parameter.Key}", $"{_gap} {Argument(tool, parameter)}");
            (parameter.Required ? needed : optional).Add(argument);
        }

        string rest = optional.Count == 0 ? string.Empty : $"({string.Join(" | ", optional)})*";
        return $"{InAnyOrder(tool.Name, needed)} {rest}";
    }

    /// <summary>An alternative for each list of parameters that may stand together.</summary>
    private static string AnyForm(ToolArguments tool, Func<ToolArguments, List<ToolParameter>, string> write)
    {
        string[] forms = [.. tool.Forms().Select(parameters => write(tool, parameters)).Distinct(StringComparer.Ordinal)];
        return forms.Length == 1 ? forms[0] : $"({string.Join(" | ", forms)})";
    }

    /// <summary>A rule for each set of arguments that are still to come; beyond a few, their own order.</summary>
    private string InAnyOrder(string tool, List<string> arguments)
    {
        if (arguments.Count is < 2 or > MaximumPermuted)
        {
            return string.Join(' ', arguments);
        }

        string[] rules = new string[1 << arguments.Count];
        for (int set = 1; set < rules.Length; set++)
        {
            IEnumerable<string> ways = Enumerable.Range(0, arguments.Count)
                .Where(index => (set & (1 << index)) != 0)
                .Select(index => $"{arguments[index]} {rules[set & ~(1 << index)]}");
            rules[set] = _grammar.AddRule($"order-{tool}", string.Join(" | ", ways));
        }

        return rules[^1];
    }

    private string Argument(ToolArguments tool, ToolParameter parameter)
    {
        ToolFormat tools = _format.Tools;
        string type = tools.TypeSuffix.Length == 0 ? string.Empty
            : tools.KeySuffix.Contains(" string=", StringComparison.Ordinal) ? Text(parameter.IsText ? "true" : "false")
            : Text(TypeName(parameter.Types)) + " ";
        string key = parameter.Key is { } known
            ? Text(tools.KeyPrefix + known + tools.KeySuffix)
            : $"{Text(tools.KeyPrefix)} {AnyKey} {Text(tools.KeySuffix)}";
        string head = $"{key} {type}{Text(tools.TypeSuffix)} {_gap} {Text(tools.ValuePrefix)} ";
        if (tools.ValuePrefix.Length == 0)
        {
            head = $"{key} {type}{Text(tools.TypeSuffix)} ";
        }

        if (!parameter.IsText)
        {
            return $"{head}{_gap} {Value(tool, parameter)} {_gap} {Text(tools.ValueSuffix)}";
        }

        string lines = tools.ValueHasOwnLines ? "\n" : string.Empty;
        return $"{head}{Text(lines)} {TextBefore(tool, parameter, lines + tools.ValueSuffix)}";
    }

    private static string TypeName(JsonTypes types) => types switch
    {
        JsonTypes.None => "string",
        _ when types.HasFlag(JsonTypes.String) => "string",
        _ when types.HasFlag(JsonTypes.Number) => "number",
        _ when types.HasFlag(JsonTypes.Boolean) => "boolean",
        _ when types.HasFlag(JsonTypes.Object) => "object",
        _ when types.HasFlag(JsonTypes.Array) => "array",
        _ => "null",
    };

    private string Pythonic(ToolArguments tool)
    {
        _grammar.Define(_grammar.AddJson(JsonRules.Boolean), "\"true\" | \"false\" | \"True\" | \"False\"");
        _grammar.Define(_grammar.AddJson(JsonRules.Null), "\"null\" | \"None\"");
        return $"{Text(tool.Name + "(")} {AnyForm(tool, PythonicForm)}";
    }

    private string PythonicForm(ToolArguments tool, List<ToolParameter> parameters) => InOrder(tool, parameters, PythonicArgument, "\")\"");

    private string PythonicArgument(ToolArguments tool, ToolParameter parameter)
    {
        string key = parameter.Key is { } known ? Text(known + "=") : "[a-zA-Z_] [a-zA-Z0-9_]* \"=\"";
        return $"{key} {Value(tool, parameter)}";
    }

    /// <summary>Arguments with commas between them, in their order.</summary>
    private string InOrder(ToolArguments tool, IEnumerable<ToolParameter> parameters, Func<ToolArguments, ToolParameter, string> write, string end)
    {
        // From the last parameter back: a rule for what may follow, with and without an argument before it.
        string first = end;
        string later = end;
        foreach (ToolParameter parameter in parameters.Reverse())
        {
            string argument = _grammar.AddRule($"argument-{tool.Name}-{parameter.Key}", write(tool, parameter));
            if (parameter.Key is null)
            {
                return $"({argument} (\",\" {_gap} {argument})*)? {end}";
            }

            string with = _grammar.AddRule($"later-{tool.Name}", $"\",\" {_gap} {argument} {later}" + (parameter.Required ? string.Empty : $" | {later}"));
            first = _grammar.AddRule($"first-{tool.Name}", $"{argument} {later}" + (parameter.Required ? string.Empty : $" | {first}"));
            later = with;
        }

        return first;
    }

    /// <summary>
    /// Gemma's values are no JSON: objects and arrays are held to their shape, not to their schema; the model knows that from its
    /// prompt. Strict calls are held to their parameters, which the model writes in the order of their names.
    /// </summary>
    private string Gemma(ToolArguments tool)
    {
        if (_gemmaValue is null)
        {
            _gemmaValue = _grammar.Reserve("gemma-value");
            string text = $"{Text(_format.Tools.Quote)} {Until(_format.Tools.Quote)}";
            string member = _grammar.AddRule("gemma-member", $"{AnyKey} \":\" {_gap} {_gemmaValue}");
            _gemmaObject = _grammar.AddRule("gemma-object", $"\"{{\" {_gap} ({member} ({_gap} \",\" {_gap} {member})*)? {_gap} \"}}\"");
            string list = $"\"[\" {_gap} ({_gemmaValue} ({_gap} \",\" {_gap} {_gemmaValue})*)? {_gap} \"]\"";
            string scalar = $"{_grammar.AddJson(JsonRules.Number)} | {_grammar.AddJson(JsonRules.Boolean)} | {_grammar.AddJson(JsonRules.Null)}";
            _grammar.Define(_gemmaValue, $"{text} | {_gemmaObject} | {list} | {scalar}");
        }

        string arguments = _options.Strict ? $"\"{{\" {_gap} {AnyForm(tool, GemmaForm)}" : _gemmaObject!;
        return $"{Text(_format.Tools.NamePrefix + tool.Name)} {arguments}";
    }

    private string? _gemmaValue;
    private string? _gemmaObject;
    private string? _nestedRest;

    private string GemmaForm(ToolArguments tool, List<ToolParameter> parameters) =>
        InOrder(tool, parameters.OrderBy(parameter => parameter.Key, StringComparer.OrdinalIgnoreCase), GemmaArgument, $"{_gap} \"}}\"");

    private string GemmaArgument(ToolArguments tool, ToolParameter parameter)
    {
        string key = parameter.Key is { } known ? Text(known) : AnyKey;
        string value = parameter.IsText ? GemmaText(tool, parameter)
            : (parameter.Types & (JsonTypes.Object | JsonTypes.Array)) == JsonTypes.None ? Value(tool, parameter)
            : parameter.Types == JsonTypes.Object ? _gemmaObject!
            : _gemmaValue!;
        return $"{key} \":\" {_gap} {value}";
    }

    private string GemmaText(ToolArguments tool, ToolParameter parameter)
    {
        tool.CheckText(parameter);
        if (parameter.Types == JsonTypes.None)
        {
            return _gemmaValue!;
        }

        string quote = _format.Tools.Quote;
        string[] listed = [.. tool.Listed(parameter).Select(value => Text(value.ValueKind == JsonValueKind.String ? quote + Bare(value) + quote : Bare(value)))];
        if (listed.Length > 0)
        {
            return $"({string.Join(" | ", listed)})";
        }

        // A text that may be a number, an object or an array was refused.
        string words = (parameter.Types.HasFlag(JsonTypes.Boolean) ? $" | {_grammar.AddJson(JsonRules.Boolean)}" : string.Empty)
            + (parameter.Types.HasFlag(JsonTypes.Null) ? $" | {_grammar.AddJson(JsonRules.Null)}" : string.Empty);
        return $"({Text(quote)} {Until(quote)}{words})";
    }

    /// <summary>Each argument is a tag of its name; what is in it follows the schema only where it is a plain value.</summary>
    private string NestedTags(ToolArguments tool)
    {
        ToolFormat tools = _format.Tools;
        return $"{Text(tools.NamePrefix + tool.Name + tools.NameSuffix)} {AnyForm(tool, NestedTagsForm)} {_gap} {Text(tools.FunctionEnd)}";
    }

    private string NestedTagsForm(ToolArguments tool, List<ToolParameter> parameters) => string.Join(' ', parameters.Select(parameter =>
    {
        string argument = _grammar.AddRule($"argument-{tool.Name}-{parameter.Key}", $"{_gap} {NestedTag(tool, parameter)}");
        return parameter.Required ? argument : argument + (parameter.Key is null ? "*" : "?");
    }));

    // What comes behind an opening tag, to its closing one: between them tags may open and close.
    private string NestedRest(string token)
    {
        if (_nestedRest is null)
        {
            _nestedRest = _grammar.Reserve("nested-rest");
            _grammar.Define(_nestedRest, $"{Until(token)} (\"</\" {AnyKey} \">\" | \"<\" {AnyKey} \">\" {_nestedRest} {_nestedRest})");
        }

        return _nestedRest;
    }

    private string NestedTag(ToolArguments tool, ToolParameter parameter)
    {
        const string Token = "]<]minimax[>[";
        if (parameter.Key is not { } key)
        {
            tool.CheckText(parameter);
            return $"{Text(Token + "<")} {AnyKey} \">\" {NestedRest(Token)}";
        }

        string end = $"{Token}</{key}>";
        string value = parameter.IsText ? TextBefore(tool, parameter, end)
            : (parameter.Types & (JsonTypes.Object | JsonTypes.Array)) == JsonTypes.None ? $"{Value(tool, parameter)} {Text(end)}"
            : Until(end);
        return $"{Text($"{Token}<{key}>")} {value}";
    }
}
