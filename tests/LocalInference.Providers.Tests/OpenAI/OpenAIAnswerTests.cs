using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

public sealed class OpenAIAnswerTests
{
    [Fact]
    public async Task Thoughts_text_calls_and_usage_are_read()
    {
        List<GenerationEvent> events = await Run(
            """{"id":"c7","created":1700000000,"model":"m-2","choices":[{"delta":{"role":"assistant","reasoning_content":"Hm"}}]}""",
            """{"id":"c7","choices":[{"delta":{"content":"Look: "}}]}""",
            """{"id":"c7","choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}}]}""",
            """{"id":"c7","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}}]}}]}""",
            """{"id":"c7","choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}},{"index":1,"id":"b","function":{"name":"g","arguments":""}}]}}]}""",
            """{"id":"c7","choices":[{"delta":{},"finish_reason":"tool_calls"}]}""",
            """{"id":"c7","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":16},"completion_tokens_details":{"reasoning_tokens":3}}}""",
            "[DONE]");

        Assert.Equal(
            [
                new GenerationStarted("c7", "m-2", DateTimeOffset.FromUnixTimeSeconds(1700000000)),
                new ReasoningDelta("Hm"),
                new TextDelta("Look: "),
                new ToolCallStarted(0, "a", "f"),
                new ToolArgumentsDelta(0, "{\"x\":"),
                new ToolArgumentsDelta(0, "1}"),
                new ToolCallStarted(1, "b", "g"),
                new ToolCallCompleted(0, "a", "f", "{\"x\":1}", true),
                new ToolArgumentsDelta(1, "{}"),
                new ToolCallCompleted(1, "b", "g", "{}", true),
            ],
            events[..^1]);
        var ended = Assert.IsType<GenerationEnded>(events[^1]);
        Assert.Equal(FinishReason.ToolCalls, ended.FinishReason);
        Assert.Equal((20, 16, 9, 3), (ended.Usage.PromptTokens, ended.Usage.CachedPromptTokens, ended.Usage.GeneratedTokens, ended.Usage.ReasoningTokens));
    }

    [Theory]
    [InlineData("""{"finish_reason":"stop","delta":{}}""", FinishReason.EndOfGeneration)]
    [InlineData("""{"finish_reason":"stop","stop_reason":"END","delta":{}}""", FinishReason.StopSequence)]
    [InlineData("""{"finish_reason":"length","delta":{}}""", FinishReason.MaxTokens)]
    [InlineData("""{"finish_reason":"content_filter","delta":{}}""", FinishReason.ContentFilter)]
    [InlineData("""{"finish_reason":"stop","delta":{"refusal":"I can't."}}""", FinishReason.ContentFilter)]
    [InlineData("""{"finish_reason":"stop","delta":{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]}}""", FinishReason.ToolCalls)]
    public async Task An_answer_ends_for_the_reason_that_is_told(string choice, FinishReason expected)
    {
        List<GenerationEvent> events = await Run($$"""{"id":"c","choices":[{{choice}}]}""", "[DONE]");

        Assert.Equal(expected, Assert.IsType<GenerationEnded>(events[^1]).FinishReason);
    }

    [Fact]
    public async Task A_call_that_the_length_cut_is_closed_and_marked()
    {
        List<GenerationEvent> events = await Run(
            """{"id":"c","choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":[1,"}}]}}]}""",
            """{"id":"c","choices":[{"delta":{},"finish_reason":"length"}]}""",
            "[DONE]");

        Assert.Equal(new ToolCallCompleted(0, "a", "f", "{\"x\":[1]}", false), Assert.Single(events.OfType<ToolCallCompleted>()));
        Assert.Equal(FinishReason.MaxTokens, Assert.IsType<GenerationEnded>(events[^1]).FinishReason);
    }

    [Fact]
    public async Task Log_probabilities_come_before_their_text()
    {
        List<GenerationEvent> events = await Run(
            """{"id":"c","choices":[{"delta":{"content":"é"},"logprobs":{"content":[{"token":"é","bytes":[195,169],"logprob":-0.5,"top_logprobs":[{"token":"e","logprob":-1}]}]},"finish_reason":"stop"}]}""",
            "[DONE]");

        var token = Assert.IsType<TokenGenerated>(events[1]);
        Assert.Equal(("é", -0.5f), (token.Token.Text, token.Token.LogProbability));
        Assert.Equal([195, 169], token.Token.Bytes.ToArray());
        Assert.Equal("e", Assert.Single(token.Alternatives).Text);
        Assert.Equal(new TextDelta("é"), events[2]);
    }

    [Fact]
    public async Task Hidden_thoughts_are_not_reported()
    {
        GenerationRequest request = TestProviders.Chat("Hi");
        request = request with { Input = (ChatInput)request.Input with { Reasoning = new() { Visibility = ReasoningVisibility.Hidden } } };

        (_, List<GenerationEvent> events) = await TestProviders.ExchangeAsync(ProviderKind.OpenAI, request, Answer.Stream(
            "text/event-stream",
            Answer.Events("""{"id":"c","choices":[{"delta":{"reasoning":"secret"}}]}""", """{"id":"c","choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}""", "[DONE]")));

        Assert.Empty(events.OfType<ReasoningDelta>());
        Assert.Equal("Hi", events.Text());
    }

    [Fact]
    public async Task A_chat_client_sees_the_whole_answer()
    {
        await using FakeProvider server = await FakeProvider.StartAsync(Protocol.OpenAI.Whole);
        using var provider = new RemoteProvider(TestProviders.Options(server, ProviderKind.OpenAI));
        using IChatClient client = provider.Generator.AsIChatClient();

        ChatResponse response = await client.GetResponseAsync("Hi");

        Assert.Equal("Hello world", response.Text);
        Assert.Equal((9, 2), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("openai", client.GetService<ChatClientMetadata>()!.ProviderName);
    }

    private static async Task<List<GenerationEvent>> Run(params string[] data) =>
        (await TestProviders.ExchangeAsync(ProviderKind.OpenAI, TestProviders.Chat("Hi"), Answer.Stream("text/event-stream", Answer.Events(data)))).Events;
}
