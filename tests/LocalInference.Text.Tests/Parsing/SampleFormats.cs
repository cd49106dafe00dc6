using LocalInference.Text.Parsing;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>A format of every syntax and dialect, as families of models use them, for tests without templates.</summary>
internal static class SampleFormats
{
    private static readonly ChatFormat s_think = new() { Header = "<|assistant|>\n", ReasoningStart = "<think>", ReasoningEnd = "</think>" };

    /// <summary>The formats by the family they are taken from.</summary>
    public static IReadOnlyDictionary<string, ChatFormat> All { get; } = new Dictionary<string, ChatFormat>(StringComparer.Ordinal)
    {
        ["plain"] = ChatFormat.PlainText,
        ["qwen"] = s_think with { Tools = new ToolFormat { Syntax = CallSyntax.Json, CallStart = "<tool_call>", CallEnd = "</tool_call>" } },
        ["llama"] = new ChatFormat { Header = "<|assistant|>\n", Tools = new ToolFormat { Syntax = CallSyntax.Json, ArgumentsKey = "parameters" } },
        ["command-r"] = s_think with
        {
            ContentStart = "<|START_TEXT|>",
            ContentEnd = "<|END_TEXT|>",
            Tools = new ToolFormat
            {
                Syntax = CallSyntax.Json,
                CallStart = "<|START_ACTION|>",
                CallEnd = "<|END_ACTION|>",
                IsArray = true,
                NameKey = "tool_name",
                ArgumentsKey = "parameters",
                IdKey = "tool_call_id",
            },
        },
        ["apertus"] = new ChatFormat
        {
            Tools = new ToolFormat { Syntax = CallSyntax.Json, CallStart = "<|tools|>", CallEnd = "<|/tools|>", IsArray = true, NameKey = string.Empty },
        },
        ["mistral"] = new ChatFormat
        {
            Header = string.Empty,
            Tools = new ToolFormat { Syntax = CallSyntax.NamedJson, CallStart = "[TOOL_CALLS]", IdPrefix = "[CALL_ID]", ArgumentsStart = "[ARGS]" },
        },
        ["deepseek"] = s_think with
        {
            Tools = new ToolFormat
            {
                Syntax = CallSyntax.NamedJson,
                SectionStart = "<｜calls｜>",
                SectionEnd = "<｜/calls｜>",
                CallStart = "<｜call｜>",
                CallEnd = "<｜/call｜>",
                NamePrefix = "function<｜sep｜>",
                NameSuffix = "```json",
                ArgumentsEnd = "```",
            },
        },
        ["functionary"] = new ChatFormat { Tools = new ToolFormat { Syntax = CallSyntax.NamedJson, NamePrefix = "<function=", NameSuffix = ">", CallEnd = "</function>" } },
        ["kimi"] = s_think with
        {
            Tools = new ToolFormat
            {
                Syntax = CallSyntax.NamedJson,
                SectionStart = "<|calls|>",
                SectionEnd = "<|/calls|>",
                CallStart = "<|call|>",
                CallEnd = "<|/call|>",
                NameSuffix = "<|arguments|>",
                NameIsInId = true,
                EndsReasoning = true,
            },
        },
        ["qwen-coder"] = s_think with
        {
            Tools = new ToolFormat
            {
                Syntax = CallSyntax.Tagged,
                CallStart = "<tool_call>",
                CallEnd = "</tool_call>",
                NamePrefix = "<function=",
                NameSuffix = ">",
                FunctionEnd = "</function>",
                KeyPrefix = "<parameter=",
                KeySuffix = ">",
                ValueSuffix = "</parameter>",
                ValueHasOwnLines = true,
                EndsReasoning = true,
            },
        },
        ["glm"] = s_think with
        {
            Tools = new ToolFormat
            {
                Syntax = CallSyntax.Tagged,
                CallStart = "<tool_call>",
                CallEnd = "</tool_call>",
                KeyPrefix = "<arg_key>",
                KeySuffix = "</arg_key>",
                ValuePrefix = "<arg_value>",
                ValueSuffix = "</arg_value>",
            },
        },
        ["deepseek-v3.2"] = s_think with
        {
            Tools = new ToolFormat
            {
                Syntax = CallSyntax.Tagged,
                SectionStart = "<calls>",
                SectionEnd = "</calls>",
                NamePrefix = "<invoke name=\"",
                NameSuffix = "\">",
                FunctionEnd = "</invoke>",
                KeyPrefix = "<parameter name=\"",
                KeySuffix = "\" string=\"",
                TypeSuffix = "\">",
                ValueSuffix = "</parameter>",
                EndsReasoning = true,
            },
        },
        ["lfm"] = s_think with { Tools = new ToolFormat { Syntax = CallSyntax.Pythonic, CallStart = "<|tool_call_start|>", CallEnd = "<|tool_call_end|>", IsArray = true } },
        ["olmo"] = s_think with { Tools = new ToolFormat { Syntax = CallSyntax.Pythonic, CallStart = "<function_calls>", CallEnd = "</function_calls>" } },
        ["gemma"] = new ChatFormat
        {
            ReasoningStart = "<|channel>thought",
            ReasoningEnd = "<channel|>",
            ReasoningAnywhere = true,
            Dropped = ["<|channel>"],
            Tools = new ToolFormat { Syntax = CallSyntax.GemmaDictionary, CallStart = "<|tool_call>", CallEnd = "<tool_call|>", NamePrefix = "call:" },
        },
        ["functiongemma"] = new ChatFormat
        {
            Tools = new ToolFormat { Syntax = CallSyntax.GemmaDictionary, CallStart = "<start_function_call>", CallEnd = "<end_function_call>", NamePrefix = "call:", Quote = "<escape>" },
        },
        ["minimax"] = s_think with
        {
            Tools = new ToolFormat
            {
                Syntax = CallSyntax.NestedTags,
                SectionStart = "]<]minimax[>[<tool_call>",
                SectionEnd = "]<]minimax[>[</tool_call>",
                NamePrefix = "]<]minimax[>[<invoke name=\"",
                NameSuffix = "\">",
                FunctionEnd = "]<]minimax[>[</invoke>",
            },
        },
        ["harmony"] = new ChatFormat { Dialect = ChatDialect.Harmony, Header = "<|start|>assistant" },
        ["recipients"] = new ChatFormat { Dialect = ChatDialect.Recipients },
        ["muse"] = KnownFormats.Whole("<atem:function_calls> <|eom|>")!,
    };

    /// <summary>Texts to make random answers from: every marker of a format, halves of some, and what stands between them.</summary>
    public static IReadOnlyList<string> Fragments(ChatFormat format)
    {
        IEnumerable<string> markers = typeof(ToolFormat).GetProperties()
            .Where(property => property.PropertyType == typeof(string))
            .Select(property => (string)property.GetValue(format.Tools)!)
            .Concat([format.ReasoningStart, format.ReasoningEnd, format.ContentStart, format.ContentEnd, .. format.Dropped])
            .Concat(format.Dialect == ChatDialect.Sequence ? [] : ["<|start|>assistant", "<|channel|>", "analysis", "final", "<|message|>", "<|end|>", " to=functions.f", " to=f", ">>>", "all\n", "f\n"])
            .Where(marker => marker.Length > 0)
            .Distinct(StringComparer.Ordinal);
        return [.. markers, .. markers.Select(marker => marker[..((marker.Length + 1) / 2)]), .. s_noise];
    }

    private static readonly string[] s_noise =
    [
        "f", "get_time", "{", "}", "[", "]", "(", ")", ":", ",", "=", "\"", "'", "\\", "\n", " ", "\n\n", "text", "\"name\"", "\"arguments\"",
        "\"parameters\"", "\"tool_name\"", "\"id\"", "{\"name\": \"f\", \"arguments\": {", "\"a\": 1", "\"a\": \"x", "f(a=", "a", "true", "nul", "-1.5e", "12",
        "\\u00", "é", "格", "\uD83D", "\uDE00", "```", "```json", "<", ">", "<![CDATA[", "]]>", "functions.f:0", "<|\"|>", "True", "None", "\0", "\uFFFF",
    ];
}
