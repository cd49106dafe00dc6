using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions.Tests.Chat;

/// <summary>What a chat client over any generator does with answers.</summary>
public sealed class ChatClientTests
{
    [Fact]
    public async Task An_answer_is_one_message()
    {
        IChatClient client = new ScriptedTextGenerator(ScriptedAnswer.Say("Hello there, friend") with { PromptTokens = 7, CachedPromptTokens = 3 }).AsIChatClient();

        ChatResponse response = await client.GetResponseAsync("Hi");

        ChatMessage message = Assert.Single(response.Messages);
        Assert.Equal(ChatRole.Assistant, message.Role);
        Assert.Equal("Hello there, friend", Assert.IsType<TextContent>(Assert.Single(message.Contents)).Text);
        Assert.Equal("answer-1", response.ResponseId);
        Assert.Equal("answer-1", message.MessageId);
        Assert.Equal("script", response.ModelId);
        Assert.NotNull(response.CreatedAt);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal((7, 3, 3, 10), (response.Usage!.InputTokenCount, response.Usage.CachedInputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        Assert.Null(response.ConversationId);
    }

    [Fact]
    public async Task A_stream_has_one_identity_and_one_usage_at_its_end()
    {
        IChatClient client = new ScriptedTextGenerator(ScriptedAnswer.Think("Let me see").ThenSay("It is four").ThenCall("add", """{"a":2}""")).AsIChatClient();

        List<ChatResponseUpdate> updates = await client.GetStreamingResponseAsync("2+2?").ToListAsync();

        Assert.True(updates.Count > 3);
        Assert.All(updates, update =>
        {
            Assert.Equal("answer-1", update.ResponseId);
            Assert.Equal("answer-1", update.MessageId);
            Assert.Equal(ChatRole.Assistant, update.Role);
            Assert.Equal("script", update.ModelId);
            Assert.Equal(updates[0].CreatedAt, update.CreatedAt);
        });
        Assert.Single(updates.SelectMany(static update => update.Contents).OfType<UsageContent>());
        Assert.Contains(updates[^1].Contents, static content => content is UsageContent);
        Assert.Equal(ChatFinishReason.ToolCalls, updates[^1].FinishReason);
        Assert.All(updates.SkipLast(1), static update => Assert.Null(update.FinishReason));
        ChatMessage message = Assert.Single(updates.ToChatResponse().Messages);
        Assert.Equal(
            ["TextReasoningContent", "TextContent", "FunctionCallContent"],
            message.Contents.Select(static content => content.GetType().Name),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_call_comes_whole_with_its_arguments()
    {
        IChatClient client = new ScriptedTextGenerator(ScriptedAnswer.Call("get_weather", """{"city":"Oslo","days":2,"note":null}""", "c7")).AsIChatClient();

        ChatResponse response = await client.GetResponseAsync("Weather?");

        FunctionCallContent call = Assert.Single(response.Messages[0].Contents.OfType<FunctionCallContent>());
        Assert.Equal(("c7", "get_weather"), (call.CallId, call.Name));
        Assert.Equal("Oslo", call.Arguments!["city"]!.ToString());
        Assert.Equal("2", call.Arguments["days"]!.ToString());
        Assert.Null(call.Arguments["note"]);
        Assert.Null(call.Exception);
    }

    [Theory]
    [InlineData("""{"city":"Os"}""", false, "tool_call_incomplete")]
    [InlineData("""[1]""", true, null)]
    [InlineData("nonsense", true, null)]
    public async Task A_call_that_cannot_be_made_as_it_is_says_so(string arguments, bool isComplete, string? code)
    {
        IChatClient client = new ScriptedTextGenerator(ScriptedAnswer.Empty.Then(new ToolCallCompleted(0, "c", "f", arguments, isComplete))).AsIChatClient();

        ChatResponse response = await client.GetResponseAsync("x");

        Exception? exception = response.Messages[0].Contents.OfType<FunctionCallContent>().Single().Exception;
        Assert.NotNull(exception);
        Assert.Equal(code, (exception as LocalInferenceException)?.Code);
    }

    [Theory]
    [InlineData(FinishReason.EndOfGeneration, "stop")]
    [InlineData(FinishReason.StopSequence, "stop")]
    [InlineData(FinishReason.GrammarComplete, "stop")]
    [InlineData(FinishReason.MaxTokens, "length")]
    [InlineData(FinishReason.ContextFull, "length")]
    [InlineData(FinishReason.ToolCalls, "tool_calls")]
    [InlineData(FinishReason.ContentFilter, "content_filter")]
    public async Task Each_end_has_its_word_and_keeps_its_own(FinishReason reason, string word)
    {
        var truncation = new PromptTruncation { DroppedMessages = 2 };
        IChatClient client = new ScriptedTextGenerator(ScriptedAnswer.Say("x") with { FinishReason = reason, StopSequence = "END", Truncation = truncation }).AsIChatClient();

        ChatResponse response = await client.GetResponseAsync("x");

        Assert.Equal(new ChatFinishReason(word), response.FinishReason);
        AdditionalPropertiesDictionary properties = response.Messages[0].AdditionalProperties ?? response.AdditionalProperties!;
        Assert.Equal(reason, properties[ChatUsageNames.FinishReason]);
        Assert.Equal("END", properties[ChatUsageNames.StopSequence]);
        Assert.Same(truncation, properties[ChatUsageNames.Truncation]);
        Assert.Equal(0, response.Usage!.AdditionalCounts![ChatUsageNames.PromptDuration]);
    }

    [Fact]
    public async Task Probabilities_come_as_they_are()
    {
        var token = new TokenGenerated(new TokenProbability { Text = "x", LogProbability = -1 }, []);
        IChatClient client = new ScriptedTextGenerator(ScriptedAnswer.Empty.Then(token).ThenSay("x")).AsIChatClient();

        List<ChatResponseUpdate> updates = await client.GetStreamingResponseAsync("x").ToListAsync();

        Assert.Same(token, updates[0].RawRepresentation);
        Assert.Empty(updates[0].Contents);
    }

    [Fact]
    public void Services_are_found_behind_it()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Empty);
        IChatClient client = generator.AsIChatClient();

        ChatClientMetadata metadata = client.GetService<ChatClientMetadata>()!;

        Assert.Equal(("scripted", "script"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Same(client, client.GetService<IChatClient>());
        Assert.Same(generator, client.GetService<ITextGenerator>());
        Assert.Same(generator, client.GetService<ScriptedTextGenerator>());
        Assert.Null(client.GetService<string>());
        Assert.Null(client.GetService(typeof(IChatClient), "key"));
        Assert.Throws<ArgumentNullException>(() => client.GetService(null!));
    }

    [Fact]
    public async Task Errors_come_through_and_nothing_is_swallowed()
    {
        IChatClient client = new ScriptedTextGenerator(
            ScriptedAnswer.Fail(ScriptedFailure.Busy(TimeSpan.FromSeconds(3))),
            ScriptedAnswer.Say("half of").ThenFail(new InvalidOperationException("torn"))).AsIChatClient();

        BusyException busy = await Assert.ThrowsAsync<BusyException>(() => client.GetResponseAsync("x"));
        Assert.Equal(TimeSpan.FromSeconds(3), busy.RetryAfter);
        var seen = new List<string>();
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("x"))
            {
                seen.Add(update.Text);
            }
        });
        Assert.Equal("half of", string.Concat(seen));
        await Assert.ThrowsAsync<ArgumentNullException>(() => client.GetResponseAsync((IEnumerable<ChatMessage>)null!));
    }

    [Fact]
    public async Task Many_share_a_client()
    {
        IChatClient client = new ScriptedTextGenerator(static (request, _) => ScriptedAnswer.Say(((ChatInput)request.Input).Messages[0].Text)).AsIChatClient();

        string[] texts = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => (await client.GetResponseAsync($"number {i}")).Text));

        Assert.Equal(Enumerable.Range(0, 200).Select(static i => $"number {i}"), texts, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Disposing_the_client_leaves_the_generator()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("still here"));
        generator.AsIChatClient().Dispose();

        Assert.Equal("still here", (await generator.AsIChatClient().GetResponseAsync("x")).Text);
    }
}
