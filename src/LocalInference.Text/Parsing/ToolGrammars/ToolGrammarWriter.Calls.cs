using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>The syntaxes of one call.</summary>
internal sealed partial class ToolGrammarWriter
{
    /// <summary>2^5 rules is as many as one tool may cost.</summary>
    private const int MaximumPermuted = 5;

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
        string body = $"{Text(tools.NamePrefix + tool.Name + tools.NameSuffix)} {tail}";
        List<string> needed = [];
        List<string> optional = [];
        foreach ((string key, JsonElement schema, JsonTypes types, bool required) in tool.Parameters)
        {
            string argument = _grammar.AddRule($"argument-{tool.Name}-{key}", $"{_gap} {Argument(tool.Name, key, schema, types)}");
            (required ? needed : optional).Add(argument);
        }

        string rest = optional.Count == 0 ? string.Empty : $"({string.Join(" | ", optional)})*";
        return $"{body} {InAnyOrder(tool.Name, needed)} {rest} {_gap} {Text(tools.FunctionEnd)}";
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

    private string Argument(string tool, string key, JsonElement schema, JsonTypes types)
    {
        ToolFormat tools = _format.Tools;
        bool isText = types == JsonTypes.None || types.HasFlag(JsonTypes.String);
        string type = tools.TypeSuffix.Length == 0 ? string.Empty
            : tools.KeySuffix.Contains(" string=", StringComparison.Ordinal) ? Text(isText ? "true" : "false")
            : Text(TypeName(types)) + " ";
        string head = $"{Text(tools.KeyPrefix + key + tools.KeySuffix)} {type}{Text(tools.TypeSuffix)} {_gap} {Text(tools.ValuePrefix)} ";
        if (tools.ValuePrefix.Length == 0)
        {
            head = $"{Text(tools.KeyPrefix + key + tools.KeySuffix)} {type}{Text(tools.TypeSuffix)} ";
        }

        if (!isText)
        {
            return $"{head}{_gap} {_grammar.AddSchema($"value-{tool}-{key}", schema)} {_gap} {Text(tools.ValueSuffix)}";
        }

        string lines = tools.ValueHasOwnLines ? "\n" : string.Empty;
        return $"{head}{Text(lines)} {MarkerRules.AddUntil(_grammar, "text", lines + tools.ValueSuffix)}";
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
        // From the last parameter back: a rule for what may follow, with and without an argument before it.
        _grammar.Define(_grammar.AddJson(JsonRules.Boolean), "\"true\" | \"false\" | \"True\" | \"False\"");
        _grammar.Define(_grammar.AddJson(JsonRules.Null), "\"null\" | \"None\"");
        string first = "\")\"";
        string later = "\")\"";
        foreach ((string key, JsonElement schema, _, bool required) in tool.Parameters.Reverse())
        {
            string argument = _grammar.AddRule($"argument-{tool.Name}-{key}", $"{Text(key + "=")} {_grammar.AddSchema($"value-{tool.Name}-{key}", schema)}");
            string with = _grammar.AddRule($"later-{tool.Name}", $"\",\" {_gap} {argument} {later}" + (required ? string.Empty : $" | {later}"));
            first = _grammar.AddRule($"first-{tool.Name}", $"{argument} {later}" + (required ? string.Empty : $" | {first}"));
            later = with;
        }

        return $"{Text(tool.Name + "(")} {first}";
    }

    /// <summary>Gemma's values are no JSON, so only their shape is forced, not the schema; the model knows that from its prompt.</summary>
    private string Gemma(ToolArguments tool)
    {
        const string Quote = "<|\"|>";
        if (_gemmaValue is null)
        {
            _gemmaValue = _grammar.Reserve("gemma-value");
            string text = $"{Text(Quote)} {MarkerRules.AddUntil(_grammar, "gemma-text", Quote)}";
            string member = _grammar.AddRule("gemma-member", $"[^:,{{}}<>\"\\x00-\\x20]+ \":\" {_gap} {_gemmaValue}");
            _gemmaObject = _grammar.AddRule("gemma-object", $"\"{{\" {_gap} ({member} ({_gap} \",\" {_gap} {member})*)? {_gap} \"}}\"");
            string list = $"\"[\" {_gap} ({_gemmaValue} ({_gap} \",\" {_gap} {_gemmaValue})*)? {_gap} \"]\"";
            string scalar = $"{_grammar.AddJson(JsonRules.Number)} | {_grammar.AddJson(JsonRules.Boolean)} | {_grammar.AddJson(JsonRules.Null)}";
            _grammar.Define(_gemmaValue, $"{text} | {_gemmaObject} | {list} | {scalar}");
        }

        return $"{Text(_format.Tools.NamePrefix + tool.Name)} {_gemmaObject}";
    }

    private string? _gemmaValue;
    private string? _gemmaObject;

    /// <summary>Each argument is a tag of its name; what is in it follows the schema only where it is a plain value.</summary>
    private string NestedTags(ToolArguments tool)
    {
        const string Token = "]<]minimax[>[";
        ToolFormat tools = _format.Tools;
        string body = Text(tools.NamePrefix + tool.Name + tools.NameSuffix);
        foreach ((string key, JsonElement schema, JsonTypes types, bool required) in tool.Parameters)
        {
            string end = $"{Token}</{key}>";
            bool isScalar = types != JsonTypes.None && (types & (JsonTypes.String | JsonTypes.Object | JsonTypes.Array)) == JsonTypes.None;
            string value = isScalar
                ? $"{_grammar.AddSchema($"value-{tool.Name}-{key}", schema)} {Text(end)}"
                : MarkerRules.AddUntil(_grammar, "text", end);
            string argument = _grammar.AddRule($"argument-{tool.Name}-{key}", $"{_gap} {Text($"{Token}<{key}>")} {value}");
            body += required ? $" {argument}" : $" {argument}?";
        }

        return $"{body} {_gap} {Text(tools.FunctionEnd)}";
    }
}
