namespace LocalInference.Text.Parsing;

/// <summary>
/// Formats that a template's source gives away and that probing cannot find: layouts of their own, and calls that the template
/// tells the model to write but does not write itself. The marks are those of the models' own templates.
/// </summary>
internal static class KnownFormats
{
    /// <summary>The format of a template with a layout of its own; <see langword="null"/>: probe it.</summary>
    public static ChatFormat? Whole(string source)
    {
        if (Has(source, "<|channel|>", "<|message|>"))
        {
            return new ChatFormat { Dialect = ChatDialect.Harmony, Header = "<|start|>assistant" };
        }

        if (Has(source, "<atem:function_calls>", "<|eom|>"))
        {
            return new ChatFormat { Dialect = ChatDialect.RecipientHeaders, Header = "<|start|>assistant", Tools = Muse };
        }

        return Has(source, ">>>all", ">>>${recipient}") || Has(source, ">>>all", "'>>>'")
            ? new ChatFormat { Dialect = ChatDialect.Recipients, Header = "<|start_header_id|>assistant<|end_header_id|>\n\n" }
            : null;
    }

    /// <summary>What is known of a template beyond what probing finds.</summary>
    public static ChatFormat Refine(ChatFormat format, string source)
    {
        if (Has(source, "<|open|>", "<|close|>", "<|end_of_msg|>"))
        {
            return KimiK3;
        }

        if (Has(source, "]<]minimax[>[", "<invoke name="))
        {
            return format with { ReasoningStart = "<mm:think>", ReasoningEnd = "</mm:think>", ContentStart = string.Empty, Tools = MiniMaxM3 };
        }

        if (Has(source, "<|tool_call>call:"))
        {
            return format with
            {
                ReasoningStart = "<|channel>thought",
                ReasoningEnd = "<channel|>",
                ContentStart = string.Empty,
                ContentEnd = string.Empty,
                ReasoningAnywhere = true,
                Dropped = ["<|channel>"],
                Tools = Gemma4,
            };
        }

        if (Has(source, "<start_function_call>call:"))
        {
            return format with { Tools = FunctionGemma };
        }

        if (Has(source, "<|tool_calls_section_begin|>", "<|tool_call_begin|>"))
        {
            return format with { ReasoningStart = "<think>", ReasoningEnd = "</think>" };
        }

        if (Has(source, "<role>ASSISTANT</role>", "<|role_end|>"))
        {
            return format with { Dropped = ["<|role_end|>"] };
        }

        if (Has(source, "<|START_RESPONSE|>", "<|START_THINKING|>"))
        {
            return format with
            {
                ReasoningStart = "<|START_THINKING|>",
                ReasoningEnd = "<|END_THINKING|>",
                ContentStart = "<|START_RESPONSE|>",
                ContentEnd = "<|END_RESPONSE|>",
            };
        }

        return Has(source, "<|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "Action:")
            ? format with { Dropped = ["<|CHATBOT_TOKEN|>", "<|END_OF_TURN_TOKEN|>"] }
            : format;
    }

    /// <summary>Calls that a template asks for without writing any; <see langword="null"/> if it does not ask for calls.</summary>
    public static ToolFormat? Asked(string source)
    {
        if (Has(source, "<|tool_call_start|>") || Has(source, "<|tool_list_start|>") || Has(source, "List of tools: ["))
        {
            return new ToolFormat { Syntax = CallSyntax.Pythonic, CallStart = "<|tool_call_start|>", CallEnd = "<|tool_call_end|>", IsArray = true };
        }

        if (Has(source, "<｜tool▁calls▁begin｜>", "<｜tool▁sep｜>"))
        {
            return DeepSeekR1;
        }

        if (Has(source, "[TOOL_CALLS]"))
        {
            return new ToolFormat { Syntax = CallSyntax.NamedJson, CallStart = "[TOOL_CALLS]", IdPrefix = "[CALL_ID]", ArgumentsStart = "[ARGS]" };
        }

        if (Has(source, "functools["))
        {
            return new ToolFormat { Syntax = CallSyntax.Json, CallStart = "functools", IsArray = true };
        }

        if (Has(source, "Action:", "```json"))
        {
            return new ToolFormat
            {
                Syntax = CallSyntax.Json,
                CallStart = "Action:\n```json",
                CallEnd = "```",
                IsArray = true,
                NameKey = "tool_name",
                ArgumentsKey = "parameters",
            };
        }

        if (Has(source, "<|tool_call|>"))
        {
            return new ToolFormat { Syntax = CallSyntax.Json, CallStart = "<|tool_call|>", CallEnd = "<|/tool_call|>", IsArray = true };
        }

        if (Has(source, "<tool_call>"))
        {
            return new ToolFormat { Syntax = CallSyntax.Json, CallStart = "<tool_call>", CallEnd = "</tool_call>" };
        }

        return Has(source, "tools") ? new ToolFormat { Syntax = CallSyntax.Json } : null;
    }

    private static ToolFormat DeepSeekR1 { get; } = new()
    {
        Syntax = CallSyntax.NamedJson,
        SectionStart = "<｜tool▁calls▁begin｜>",
        SectionEnd = "<｜tool▁calls▁end｜>",
        CallStart = "<｜tool▁call▁begin｜>",
        CallEnd = "<｜tool▁call▁end｜>",
        NamePrefix = "function<｜tool▁sep｜>",
        NameSuffix = "```json",
        ArgumentsEnd = "```",
    };

    private static ToolFormat Gemma4 { get; } = new()
    {
        Syntax = CallSyntax.GemmaDictionary,
        CallStart = "<|tool_call>",
        CallEnd = "<tool_call|>",
        NamePrefix = "call:",
    };

    private static ToolFormat FunctionGemma { get; } = new()
    {
        Syntax = CallSyntax.GemmaDictionary,
        CallStart = "<start_function_call>",
        CallEnd = "<end_function_call>",
        NamePrefix = "call:",
        Quote = "<escape>",
    };

    private static ToolFormat MiniMaxM3 { get; } = new()
    {
        Syntax = CallSyntax.NestedTags,
        SectionStart = "]<]minimax[>[<tool_call>",
        SectionEnd = "]<]minimax[>[</tool_call>",
        NamePrefix = "]<]minimax[>[<invoke name=\"",
        NameSuffix = "\">",
        FunctionEnd = "]<]minimax[>[</invoke>",
        EndsReasoning = true,
    };

    private static ToolFormat Muse { get; } = new()
    {
        Syntax = CallSyntax.Tagged,
        SectionStart = "<atem:function_calls>",
        SectionEnd = "</atem:function_calls>",
        NamePrefix = "<atem:invoke name=\"",
        NameSuffix = "\">",
        FunctionEnd = "</atem:invoke>",
        KeyPrefix = "<atem:parameter name=\"",
        KeySuffix = "\">",
        ValueSuffix = "</atem:parameter>",
    };

    private static ChatFormat KimiK3 { get; } = new()
    {
        Header = "<|open|>message role=\"assistant\"<|sep|>",
        ReasoningStart = "<|open|>think<|sep|>",
        ReasoningEnd = "<|close|>think<|sep|>",
        ContentStart = "<|open|>response<|sep|>",
        ContentEnd = "<|close|>response<|sep|>",
        Dropped = ["<|close|>message<|sep|>"],
        Tools = new ToolFormat
        {
            Syntax = CallSyntax.Tagged,
            SectionStart = "<|open|>tools<|sep|>",
            SectionEnd = "<|close|>tools<|sep|>",
            NamePrefix = "<|open|>call tool=\"",
            NameSuffix = "\" index=\"",
            NameTail = "\"<|sep|>",
            FunctionEnd = "<|close|>call<|sep|>",
            KeyPrefix = "<|open|>argument key=\"",
            KeySuffix = "\" type=\"",
            TypeSuffix = "\"<|sep|>",
            ValueSuffix = "<|close|>argument<|sep|>",
            EndsReasoning = true,
        },
    };

    private static bool Has(string source, params ReadOnlySpan<string> marks)
    {
        foreach (string mark in marks)
        {
            if (!source.Contains(mark, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
