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
