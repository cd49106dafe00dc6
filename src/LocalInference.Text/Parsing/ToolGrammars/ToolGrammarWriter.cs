namespace LocalInference.Text.Parsing;

/// <summary>Writes the grammar of tool calls in one format.</summary>
internal sealed partial class ToolGrammarWriter
{
    private readonly ChatFormat _format;
    private readonly ToolCallGrammarOptions _options;
    private readonly IReadOnlyList<ChatTool> _tools;
    private readonly GrammarBuilder _grammar;
    private readonly string _gap;

    public ToolGrammarWriter(ChatFormat format, ToolCallGrammarOptions options, IReadOnlyList<ChatTool> tools)
    {
        _format = format;
        _options = options;
        _tools = tools;
        _grammar = new GrammarBuilder(new JsonSchemaGrammarOptions { Strict = options.Strict });
        _grammar.Reserve("root");
        _gap = ThoughtRules.AddGap(_grammar);
    }

    public ToolCallGrammar Write()
    {
        (string calls, string[] triggers) = _format.Dialect switch
        {
            ChatDialect.Harmony => Harmony(),
            ChatDialect.Recipients => Recipients(),
            ChatDialect.RecipientHeaders => RecipientHeaders(),
            _ => Sequence(),
        };
        bool isLazy = _options.ToolChoice == ToolChoiceMode.Auto;
        _grammar.Define("root", isLazy ? calls : $"{ThoughtRules.AddBefore(_grammar, _format, _options.GenerationPrompt, _gap)} {calls}");
        return new ToolCallGrammar(_grammar.Build(), isLazy, isLazy ? triggers : []);
    }

    private static string Text(string text) => text.Length == 0 ? "\"\"" : GrammarBuilder.Literal(text);

    /// <summary>A rule with an alternative for each tool.</summary>
    private string AnyTool(Func<ToolArguments, string> call) =>
        _grammar.AddRule("call", string.Join(" | ", _tools.Select(tool => _grammar.AddRule("call-" + tool.Name, call(new ToolArguments(tool, _options.Strict))))));

    private string Arguments(ToolArguments tool) => _grammar.AddSchema("arguments-" + tool.Name, tool.Document, tool.Schemas);

    private string Several(string call, string separator) => _options.ParallelToolCalls ? $"{call} ({separator} {call})*" : call;

    private (string Calls, string[] Triggers) Sequence()
    {
        ToolFormat tools = _format.Tools;
        string call = tools.Syntax switch
        {
            CallSyntax.NamedJson => AnyTool(NamedJson),
            CallSyntax.Tagged => AnyTool(Tagged),
            CallSyntax.Pythonic => AnyTool(Pythonic),
            CallSyntax.GemmaDictionary => AnyTool(Gemma),
            CallSyntax.NestedTags => AnyTool(NestedTags),
            _ => AnyTool(Json),
        };

        // Without a mark, a bracket is what tells Python's calls from text.
        bool isPython = tools.Syntax == CallSyntax.Pythonic;
        bool isList = (isPython && tools.CallStart.Length == 0) || (tools.IsArray && (isPython || tools.Syntax == CallSyntax.Json));
        if (isList)
        {
            call = $"\"[\" {_gap} {Several(call, $"{_gap} \",\" {_gap}")} {_gap} \"]\"";
        }
        else if (isPython)
        {
            call = Several(call, $"\"\\n\" {_gap}");
        }

        string wrapped = $"{Text(tools.CallStart)} {_gap} {call} {_gap} {Text(tools.CallEnd)}";
        bool isBare = tools.CallStart.Length == 0 && tools.SectionStart.Length == 0 && tools.NamePrefix.Length == 0;
        string calls = isList || isPython || isBare ? wrapped : Several(_grammar.AddRule("wrapped-call", wrapped), _gap);
        if (MayBeginWithName)
        {
            string first = $"({Text(tools.CallStart)} {_gap})? {call} {_gap} {Text(tools.CallEnd)}";
            calls = _options.ParallelToolCalls ? $"{first} ({_gap} wrapped-call)*" : first;
        }

        if (tools.SectionStart.Length > 0)
        {
            string section = $"{Text(tools.SectionStart)} {_gap} {calls} {_gap} {Text(tools.SectionEnd)}";
            calls = tools.CallStart.Length == 0 ? section : $"({section} | {calls})";
        }

        string ends = string.Join(" | ", _format.Dropped.Select(Text));
        return (ends.Length == 0 ? calls : $"{calls} ({_gap} ({ends}))?", Triggers());
    }

    /// <summary>Qwen3-Coder forgets to open a call before the function's tag, which no other text looks like.</summary>
    private bool MayBeginWithName =>
        _format.Tools is { Syntax: CallSyntax.Tagged, SectionStart.Length: 0, CallStart.Length: > 0, NamePrefix.Length: > 0 };

    private string[] Triggers()
    {
        ToolFormat tools = _format.Tools;
        string[] starts = [.. new[] { tools.SectionStart, tools.CallStart }.Where(start => start.Length > 0)];
        if (starts.Length > 0 && !MayBeginWithName)
        {
            return starts;
        }

        if (tools.NamePrefix.Length > 0)
        {
            return [.. starts, .. _tools.Select(tool => tools.NamePrefix + tool.Name + tools.NameSuffix)];
        }

        return tools.Syntax == CallSyntax.Pythonic
            ? [.. _tools.Select(tool => $"[{tool.Name}(")]
            : [$"{{\"{tools.NameKey}\":", "{\"type\": \"function\"", $"[{{\"{tools.NameKey}\":"];
    }

    private (string Calls, string[] Triggers) Harmony()
    {
        string header = $"({Text("<|channel|>")} [a-z]+)? ({Text(" ")}? {Text("<|constrain|>")}? {Text("json")})? {Text("<|message|>")}";
        string call = AnyTool(tool => $"{Text("to=functions." + tool.Name)} {header} {Arguments(tool)}");
        bool isLazy = _options.ToolChoice == ToolChoiceMode.Auto;
        return ((isLazy ? string.Empty : $"({Text("<|channel|>")} [a-z]+)? \" \" ") + call, ["to=functions."]);
    }

    private (string Calls, string[] Triggers) Recipients()
    {
        string call = AnyTool(tool => $"{Text(tool.Name + "\n")} {Arguments(tool)}");
        return (Several(call, Text(">>>")), [.. _tools.Select(tool => tool.Name + "\n{")]);
    }

    private (string Calls, string[] Triggers) RecipientHeaders()
    {
        ToolFormat tools = _format.Tools;
        string call = AnyTool(tool =>
            $"{Text($" to={tool.Name}<|message|>{tools.SectionStart}")} {_gap} {Several(_grammar.AddRule("tagged-" + tool.Name, Tagged(tool)), _gap)} {_gap} {Text(tools.SectionEnd)}");
        return (call, [.. _tools.Select(tool => $" to={tool.Name}<|message|>")]);
    }
}
