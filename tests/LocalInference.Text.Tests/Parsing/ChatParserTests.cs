using System.Text.Json;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>What a parser tells while text comes, and how it ends calls that a model did not.</summary>
public sealed class ChatParserTests
{
    private static readonly ChatParserOptions s_options = new() { Tools = [new ChatTool("f", null, Schema())] };

    [Theory]
    [InlineData("""<tool_call>{"name": "f", "arguments": {"a": 1, "b": "te""", """{"a": 1,"b": "te"}""")]
    [InlineData("""<tool_call>{"name": "f", "arguments": {"a": 1, "b""", """{"a": 1,"b":null}""")]
    [InlineData("""<tool_call>{"name": "f", "arguments": {"a": 1,""", """{"a": 1}""")]
    [InlineData("""<tool_call>{"name": "f", "arguments": {"a": tr""", """{"a": true}""")]
    [InlineData("""<tool_call>{"name": "f",""", "{}")]
    public void ACallThatIsCutOffIsClosedAndFlagged(string text, string arguments)
    {
        ChatParser parser = new(SampleFormats.All["qwen"], s_options);
        parser.Feed(text);
        ChatParseEvent last = parser.Complete()[^1];
        Assert.Equal(ChatParseEventKind.ToolCallCompleted, last.Kind);
        Assert.False(last.IsComplete);
        Assert.True(parser.HasIncompleteCall);
        Assert.Equal(arguments, last.Call!.Arguments);
    }

    [Theory]
    [InlineData("qwen", """<tool_call>{"name":"f","arguments":{}}{"foo":1}</tool_call>Done""", 1, """{"foo":1}Done""")]
    [InlineData("qwen", """<tool_call>[{"name":"f","arguments":{}}, {"name":"f","arguments":{}}, ]</tool_call>Done""", 2, "Done")]
    [InlineData("llama", """{"name":"f","parameters":{}}; {"foo":1}""", 1, """{"foo":1}""")]
    [InlineData("lfm", "<|tool_call_start|>[f(), and more]<|tool_call_end|>", 1, ", and more]")]
    [InlineData("lfm", "<|tool_call_start|>[f(), f(), ]<|tool_call_end|>Done", 2, "Done")]
    [InlineData("olmo", "<function_calls>f(a=1)\nf(a=2)</function_calls>", 2, "")]
    [InlineData("olmo", "<function_calls>f(a=1)\nor not</function_calls>", 1, "or not")]
    public void WhatStandsBehindACallIsACallOrText(string format, string text, int calls, string content)
    {
        ChatMessage message = ChatParser.Parse(SampleFormats.All[format], s_options, text);

        Assert.Equal(calls, message.ToolCalls.Count);
        Assert.Equal(content, message.Content ?? string.Empty);
    }

    [Theory]
    [InlineData("<|channel|>commentary to=f <|constrain|>json<|message|>{\"a\":1}<|call|>")]
    [InlineData(" to=f<|channel|>commentary json<|message|>{\"a\":1}<|call|>")]
    [InlineData("<|channel|>commentary to=functions.f<|message|>{\"a\":1}<|call|>")]
    public void ACallOfHarmonyNeedsNoNamespace(string text)
    {
        ChatMessage message = ChatParser.Parse(SampleFormats.All["harmony"], s_options, text);

        Assert.Equal(new ChatToolCall("f", "{\"a\":1}", null), Assert.Single(message.ToolCalls));
        Assert.Null(message.Content);
    }

    [Fact]
    public void AResultThatAModelMakesUpIsNoContent()
    {
        const string Text = "<|channel|>commentary to=functions.f<|message|>{}<|call|><|start|>functions.f to=assistant<|channel|>commentary<|message|>{\"sun\":1}<|end|>"
            + "<|start|>assistant<|channel|>final<|message|>Done.<|return|>";

        ChatMessage message = ChatParser.Parse(SampleFormats.All["harmony"], s_options, Text);

        Assert.Single(message.ToolCalls);
        Assert.Equal("Done.", message.Content);
    }

    [Fact]
    public void TheLineBreakThatEndsTheHeaderIsNoContent()
    {
        const string Header = "<|im_start|>assistant\n";
        ChatTemplate template = ChatTemplate.FromJinja(
            "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}" + Header + "{% endif %}",
            new ChatTemplateOptions { Name = "chatml" });

        ChatMessage message = ChatParser.Parse(ChatFormatDetector.Detect(template), new ChatParserOptions { GenerationPrompt = Header }, "Hello.");

        Assert.Equal("Hello.", message.Content);
    }

    [Fact]
    public void ACallWithoutANameIsContent()
    {
        ChatMessage message = ChatParser.Parse(SampleFormats.All["qwen"], s_options, "See <tool_call> {\"na");
        Assert.Equal("See <tool_call> {\"na", message.Content);
    }

    [Fact]
    public void HalfOfASurrogatePairIsNoName()
    {
        const string Text = "<tool_call>{\"name\": \"\uD83D\"}";
        Assert.Equal(Text, ChatParser.Parse(SampleFormats.All["qwen"], s_options, Text).Content);
    }

    [Fact]
    public void TextIsReportedAsSoonAsItCannotBeAMarker()
    {
        ChatParser parser = new(SampleFormats.All["qwen"], s_options);
        Assert.Equal("Hello", Assert.Single(parser.Feed("Hello <tool")).Text);
        Assert.Equal(" <tools", Assert.Single(parser.Feed("s")).Text);
    }

    [Fact]
    public void ArgumentsAreReportedWhileTheyCome()
    {
        ChatParser parser = new(SampleFormats.All["qwen-coder"], s_options);
        IReadOnlyList<ChatParseEvent> events = parser.Feed("<tool_call>\n<function=f>\n<parameter=b>\nfirst\nsec");
        Assert.Equal([ChatParseEventKind.ToolCallStarted, ChatParseEventKind.ToolArgumentsDelta], events.Select(one => one.Kind));
        Assert.Equal("{\"b\": \"first\\nsec", events[1].Text);
    }

    [Fact]
    public void ThinkingThatThePromptOpenedIsReasoning()
    {
        ChatMessage message = ChatParser.Parse(
            SampleFormats.All["qwen"], new ChatParserOptions { GenerationPrompt = "<|assistant|>\n<think>\n" }, "Hm.\n</think>\n\nYes.");
        Assert.Equal("Hm.", message.ReasoningContent);
        Assert.Equal("Yes.", message.Content);
    }

    [Fact]
    public void AContinuedAnswerBeginsWithItsPrefix() => Assert.Equal(
        "One, two.",
        ChatParser.Parse(SampleFormats.All["qwen"], new ChatParserOptions { GenerationPrompt = "<|assistant|>\nOne, " }, "two.").Content);

    [Fact]
    public void ARequiredCallMayBeThoughtAboutFirst()
    {
        ToolCallGrammar grammar = ToolCallGrammar.Create(SampleFormats.All["qwen"], new ToolCallGrammarOptions
        {
            Tools = s_options.Tools,
            ToolChoice = ToolChoiceMode.Required,
            GenerationPrompt = "<|assistant|>\n<think>\n",
        })!;
        Assert.False(grammar.IsLazy);
        Assert.Empty(grammar.Triggers);
        Assert.True(Matches(grammar, "Hm.</think>\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>"));
        Assert.False(Matches(grammar, "Hm.</think>\nNo."));
        Assert.False(Matches(grammar, "Hm.</think>\n<tool_call>\n{\"name\": \"g\", \"arguments\": {\"a\": 1}}\n</tool_call>"));
    }

    [Fact]
    public void ANamedToolMustBeOneOfTheTools() => Assert.Throws<ArgumentException>(() => ToolCallGrammar.Create(
        SampleFormats.All["qwen"], new ToolCallGrammarOptions { Tools = s_options.Tools, ToolChoice = ToolChoiceMode.Named, ToolName = "g" }));

    [Theory]
    [MemberData(nameof(Formats))]
    public void EveryFormatWithToolsHasAGrammarThatParses(string name)
    {
        ToolCallGrammar? grammar = ToolCallGrammar.Create(SampleFormats.All[name], new ToolCallGrammarOptions { Tools = s_options.Tools, ToolChoice = ToolChoiceMode.Required });
        Assert.Equal(SampleFormats.All[name].HasTools, grammar is not null);
        if (grammar is not null)
        {
            Assert.NotNull(GbnfGrammar.Parse(grammar.Grammar));
        }
    }

    public static TheoryData<string> Formats => [.. SampleFormats.All.Keys];

    private static bool Matches(ToolCallGrammar grammar, string text)
    {
        GbnfMatcher matcher = new(GbnfGrammar.Parse(grammar.Grammar));
        return matcher.Accept(text) && matcher.IsComplete;
    }

    private static JsonElement Schema()
    {
        using JsonDocument document = JsonDocument.Parse("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}}}""");
        return document.RootElement.Clone();
    }
}
