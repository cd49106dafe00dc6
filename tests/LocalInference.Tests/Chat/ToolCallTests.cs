using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Text;
using Microsoft.Extensions.AI;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace LocalInference.Tests.Chat;

[Collection(ModelTests.Name)]
public sealed class ToolCallTests(ModelFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_required_call_is_made_whether_the_template_knows_tools_or_not(bool knows)
    {
        ITextGenerator generator = await Generator();
        ChatInput chat = Answers.Chat("Weather?") with
        {
            Tools = [Answers.Weather, Answers.Clock],
            ToolMode = ChatToolMode.RequireAny,
            AllowMultipleToolCalls = false,
            Template = knows ? Answers.HermesTemplate : null,
        };

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(chat));

        ToolCallCompleted call = Assert.Single(events.OfType<ToolCallCompleted>());
        Assert.True(call.IsComplete);
        Assert.True(call.Name is "get_weather" or "get_time", call.Name);
        ToolCallStarted started = Assert.Single(events.OfType<ToolCallStarted>());
        Assert.Equal((call.CallId, call.Name, call.Index), (started.CallId, started.Name, started.Index));
        Assert.Equal(call.Arguments, string.Concat(events.OfType<ToolArgumentsDelta>().Select(static e => e.Text)));
        Assert.Equal(FinishReason.ToolCalls, events.End().FinishReason);
        Assert.Equal("", events.Text());
    }

    [Theory]
    [InlineData("get_weather")]
    [InlineData("get_time")]
    public async Task A_named_function_is_the_one_that_is_called(string name)
    {
        ITextGenerator generator = await Generator();
        ChatInput chat = Answers.Chat("Now") with { Tools = [Answers.Weather, Answers.Clock], ToolMode = ChatToolMode.RequireSpecific(name), Template = Answers.HermesTemplate };

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(chat));

        Assert.All(events.OfType<ToolCallCompleted>(), call => Assert.Equal(name, call.Name));
        Assert.NotEmpty(events.OfType<ToolCallCompleted>());
    }

    [Fact]
    public async Task Arguments_keep_to_their_schema()
    {
        ITextGenerator generator = await Generator();
        for (uint seed = 0; seed < 6; seed++)
        {
            ChatInput chat = Answers.Chat("Weather?") with { Tools = [Answers.Weather], ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false };
            List<GenerationEvent> events = await generator.Answer(Answers.Ask(chat) with { Sampling = new SamplingOverrides { Temperature = 3, Seed = seed } });

            using JsonDocument arguments = JsonDocument.Parse(Assert.Single(events.OfType<ToolCallCompleted>()).Arguments);
            Assert.True(arguments.RootElement.GetProperty("city").GetString() is "Paris" or "Oslo");
            Assert.InRange(arguments.RootElement.GetProperty("days").GetInt32(), 1, 7);
        }
    }

    [Fact]
    public async Task A_call_that_is_cut_is_closed_and_marked()
    {
        ITextGenerator generator = await Generator();
        ChatInput chat = Answers.Chat("Weather?") with { Tools = [Answers.Weather], ToolMode = ChatToolMode.RequireAny };
        List<GenerationEvent> whole = await generator.Answer(Answers.Ask(chat));

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(chat, TokensUpToArguments(whole)));

        ToolCallCompleted call = Assert.Single(events.OfType<ToolCallCompleted>());
        Assert.False(call.IsComplete);
        using JsonDocument arguments = JsonDocument.Parse(call.Arguments);
        Assert.Equal(FinishReason.MaxTokens, events.End().FinishReason);
    }

    [Fact]
    public async Task Without_choice_no_call_is_made_and_the_tools_are_not_shown()
    {
        ITextGenerator generator = await Generator();
        GenerationRequest request = Answers.Ask(Answers.Chat("Weather?") with { Tools = [Answers.Weather], ToolMode = ChatToolMode.None, Template = Answers.HermesTemplate }, 30);

        RenderedPrompt prompt = await ((IPromptTokenizer)generator).RenderAsync(request);
        List<GenerationEvent> events = await generator.Answer(request);

        Assert.DoesNotContain("get_weather", prompt.Text, StringComparison.Ordinal);
        Assert.Empty(events.OfType<ToolCallStarted>());
    }

    [Theory]
    [InlineData("It is sunny.", true)]
    [InlineData("A < b and <tool", true)]
    [InlineData("<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"UTC\"}}\n</tool_call>", true)]
    [InlineData("Let me see. <<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"UTC\"}}\n</tool_call>", true)]
    [InlineData("<tool_call>\n{\"name\": \"get_time\", \"arguments\": {\"zone\": \"Mars\"}}\n</tool_call>", false)]
    [InlineData("Hm <tool_call>no", false)]
    [InlineData("<think>perhaps <tool_call> or not</think>fine", true)]
    [InlineData("<think>never closed <tool_call>", true)]
    public async Task Where_the_model_decides_free_text_is_free_and_calls_are_not(string text, bool allowed)
    {
        LocalModel model = await fixture.ModelOf(Answers.Roomy);
        ModelTemplate template = model.Chat.Find(Answers.HermesTemplate);
        var tools = new ToolCallGrammarOptions { Tools = [new ChatTool("get_time", null, Answers.Clock.JsonSchema)], GenerationPrompt = "<|im_start|>assistant\n" };

        string grammar = AnswerGrammar.Create(template.Format, tools, output: null)!;

        var matcher = new GbnfMatcher(GbnfGrammar.Parse(grammar));
        Assert.Equal(allowed, matcher.Accept(text) && matcher.IsComplete);
    }

    [Fact]
    public async Task Calls_and_results_are_shown_to_the_model_again()
    {
        ITextGenerator generator = await Generator();
        ChatInput chat = new()
        {
            Messages =
            [
                new ChatMessage(ChatRole.User, "Weather?"),
                new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "get_weather", new Dictionary<string, object?>(StringComparer.Ordinal) { ["city"] = "Oslo", ["days"] = 2 })]),
                new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "rain")]),
            ],
            Tools = [Answers.Weather],
        };

        string own = (await ((IPromptTokenizer)generator).RenderAsync(Answers.Ask(chat))).Text;
        string template = (await ((IPromptTokenizer)generator).RenderAsync(Answers.Ask(chat with { Template = Answers.HermesTemplate }))).Text;

        Assert.Contains("<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\":\"Oslo\",\"days\":2}}\n</tool_call>", own, StringComparison.Ordinal);
        Assert.Contains("<|im_start|>user\n<tool_response>\nrain\n</tool_response><|im_end|>", own, StringComparison.Ordinal);
        Assert.Contains("<|im_start|>tool\nrain<|im_end|>", template, StringComparison.Ordinal);
        Assert.Contains("\"name\": \"get_weather\"", template, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_of_several_texts_is_one_text()
    {
        ITextGenerator generator = await Generator();
        ChatInput chat = new()
        {
            Messages =
            [
                new ChatMessage(ChatRole.User, "Weather?"),
                new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "get_weather")]),
                new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", new AIContent[] { new TextContent("rain, "), new DataContent("wind"u8.ToArray(), "text/plain") })]),
            ],
        };

        string prompt = (await ((IPromptTokenizer)generator).RenderAsync(Answers.Ask(chat))).Text;

        Assert.Contains("<tool_response>\nrain, wind\n</tool_response>", prompt, StringComparison.Ordinal);
    }

    private async Task<ITextGenerator> Generator() => (await fixture.ModelOf(Answers.Roomy)).AsTextGenerator();

    // Greedy answers are the same up to where they are cut: within the arguments.
    private static int TokensUpToArguments(List<GenerationEvent> whole) => whole.End().Usage.GeneratedTokens - 8;
}
