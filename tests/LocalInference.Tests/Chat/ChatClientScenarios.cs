using System.ComponentModel;
using System.Text.Json;
using LocalInference.TestModels;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Chat;

/// <summary>
/// The scenarios of Microsoft.Extensions.AI's own integration tests for chat clients, on a model that is as small as it can be: what
/// depends on sense is forced by grammar, the rest is as there. Functions are invoked in <c>EngineToolTests</c>. Whoever derives from
/// it says which client is tested, and leaves out what that client's protocol cannot say.
/// </summary>
public abstract class ChatClientScenarios
{
    /// <summary>Settings of a short answer that is the same each time.</summary>
    protected virtual ChatOptions ShortAnswer => new() { MaxOutputTokens = 16, Temperature = 0, Seed = 0 };

    /// <summary>The client to test, over a model that is loaded once for all tests.</summary>
    protected abstract Task<IChatClient> ClientOf(TestModelSpec spec);

    [Fact]
    public virtual async Task One_question_is_answered()
    {
        ChatResponse response = await (await Client()).GetResponseAsync("What is 2 + 2?", ShortAnswer);

        Assert.NotEmpty(response.Text);
        AssertCounted(response.Usage);
    }

    [Fact]
    public virtual async Task Several_turns_with_a_system_message_are_answered()
    {
        IChatClient client = await Client();

        ChatResponse response = await client.GetResponseAsync(
            [new(ChatRole.System, "Be brief."), new(ChatRole.User, "My name is Ann."), new(ChatRole.Assistant, "Hello Ann."), new(ChatRole.User, "What is my name?")],
            ShortAnswer);

        Assert.Single(response.Messages);
        Assert.Equal(response.Usage!.TotalTokenCount, response.Usage.InputTokenCount + response.Usage.OutputTokenCount);
    }

    /// <summary>As a reducer leaves it that puts a summary in the place of what was said.</summary>
    [Fact]
    public virtual async Task A_history_may_begin_with_the_assistant()
    {
        IChatClient client = await Client();

        ChatResponse response = await client.GetResponseAsync(
            [new(ChatRole.Assistant, "Summary: the user is called Ann and likes tea."), new(ChatRole.User, "What do I like?")],
            ShortAnswer);

        Assert.True(response.Usage!.InputTokenCount > 1);
    }

    [Theory]
    [InlineData("tiny-qwen2-roomy")]
    [InlineData("tiny-gemma")]
    public virtual async Task Messages_without_content_do_no_harm(string name)
    {
        IChatClient client = await ClientOf(name == Answers.Roomy.Name ? Answers.Roomy : TestModelSpec.Gemma);

        ChatResponse response = await client.GetResponseAsync(
            [new(ChatRole.System, []), new(ChatRole.User, []), new(ChatRole.Assistant, []), new(ChatRole.User, "What is 2 + 2?")],
            ShortAnswer);

        Assert.NotNull(response.Usage);
    }

    [Fact]
    public virtual async Task A_stream_becomes_one_message_of_one_text()
    {
        IChatClient client = await Client();
        List<ChatMessage> history = [new(ChatRole.User, "Quote the law of gravity")];

        List<ChatResponseUpdate> updates = await client.GetStreamingResponseAsync(history, ShortAnswer).ToListAsync();
        history.AddMessages(updates);

        Assert.True(updates.Count > 2);
        AssertCounted(Assert.Single(updates.SelectMany(static update => update.Contents).OfType<UsageContent>()).Details);
        Assert.Equal(2, history.Count);
        Assert.Single(history[1].Contents.OfType<TextContent>());
        Assert.Equal(string.Concat(updates.Select(static update => update.Text)), history[1].Text);
    }

    [Fact]
    public virtual async Task An_answer_varies_unless_a_seed_holds_it()
    {
        IChatClient client = await Client();
        ChatOptions free = new() { MaxOutputTokens = 12, Temperature = 2, TopK = 0, TopP = 1 };
        ChatOptions seeded = free.Clone();
        seeded.Seed = 7;

        var texts = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < 4; i++)
        {
            texts.Add((await client.GetResponseAsync("Say a word", free)).Text);
        }

        Assert.True(texts.Count > 1);
        Assert.Equal((await client.GetResponseAsync("Say a word", seeded)).Text, (await client.GetResponseAsync("Say a word", seeded)).Text);
    }

    [Fact]
    public virtual async Task A_stop_sequence_and_a_limit_end_it()
    {
        IChatClient client = await Client();
        string text = (await client.GetResponseAsync("Go", ShortAnswer)).Text;

        ChatResponse stopped = await client.GetResponseAsync("Go", new ChatOptions { MaxOutputTokens = 16, Temperature = 0, StopSequences = [text.Substring(4, 2)] });

        Assert.Equal(ChatFinishReason.Stop, stopped.FinishReason);
        Assert.StartsWith(stopped.Text, text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Length, (await client.GetResponseAsync("Go", new ChatOptions { MaxOutputTokens = 2, Temperature = 0 })).FinishReason);
    }

    [Fact]
    public virtual async Task Structured_answers_have_every_shape()
    {
        IChatClient client = await Client();

        Assert.IsType<int>(await Structured<int>(client));
        Assert.IsType<bool>(await Structured<bool>(client));
        Assert.True(Enum.IsDefined(await Structured<Season>(client)));
        Person person = await Structured<Person>(client);
        Assert.True(Enum.IsDefined(person.Season));
        Assert.NotNull(await Structured<bool[]>(client, """{"type":"array","items":{"type":"boolean"},"maxItems":3}"""));
        Assert.NotNull(await Structured<string>(client, """{"type":"string","maxLength":8}"""));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public virtual async Task A_required_function_is_called_with_what_fits(bool streams)
    {
        IChatClient client = await Client();
        ChatOptions options = new()
        {
            Tools = [AIFunctionFactory.Create((Season season, [Description("Days")] bool loud = true) => season, "choose")],
            ToolMode = ChatToolMode.RequireAny,
            AllowMultipleToolCalls = false,
            MaxOutputTokens = 200,
            Temperature = 0,
        };

        ChatResponse response = streams ? await client.GetStreamingResponseAsync("Choose!", options).ToChatResponseAsync() : await client.GetResponseAsync("Choose!", options);

        FunctionCallContent call = Assert.Single(response.Messages.Single().Contents.OfType<FunctionCallContent>());
        Assert.Equal("choose", call.Name);
        Assert.Null(call.Exception);
        Assert.True(Enum.TryParse<Season>(call.Arguments!["season"]!.ToString(), out _));
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
    }

    [Fact]
    public virtual async Task A_call_its_result_and_an_answer_make_a_conversation()
    {
        IChatClient client = await Client();
        ChatOptions options = new() { Tools = [Answers.Weather], ToolMode = ChatToolMode.RequireAny, MaxOutputTokens = 200, Temperature = 0 };
        List<ChatMessage> history = [new(ChatRole.User, "Weather?")];
        ChatResponse called = await client.GetResponseAsync(history, options);
        history.AddRange(called.Messages);
        history.Add(new ChatMessage(ChatRole.Tool, [.. called.Messages[0].Contents.OfType<FunctionCallContent>().Select(static call => new FunctionResultContent(call.CallId, Answers.Json("""{"sky":"blue"}""")))]));

        ChatResponse answered = await client.GetResponseAsync(history, ShortAnswer);

        Assert.True(answered.Usage!.InputTokenCount > called.Usage!.InputTokenCount / 4);
        Assert.True(answered.Usage.CachedInputTokenCount > 0);
    }

    /// <summary>Shapes that .NET types and protocol servers bring; whether strictness can be promised or not, they are taken.</summary>
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":"string","maxLength":1},"c":{"type":"number"}},"required":["a"]}""")]
    [InlineData("""{"type":"object","properties":{"at":{"type":"string","format":"date-time"},"id":{"type":"string","format":"uuid"},"to":{"type":"string","format":"uri"}}}""")]
    [InlineData("""{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"n":{"type":"integer","default":5,"minimum":1,"maximum":9}},"additionalProperties":{"type":"string"}}""")]
    [InlineData("""{"type":"object","properties":{"flags":{"enum":["A","B","A, B"]},"wait":{"type":"string","pattern":"^-?(\\d+\\.)?\\d{2}:\\d{2}:\\d{2}$"}}}""")]
    [InlineData("""{"type":"object","properties":{"tree":{"$ref":"#/$defs/node"}},"$defs":{"node":{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}}""")]
    [InlineData("""{"type":"object"}""")]
    [InlineData("""{"type":"object","properties":{}}""")]
    public virtual async Task Schemas_of_all_kinds_are_taken(string schema)
    {
        IChatClient client = await Client();

        ChatResponse response = await client.GetResponseAsync("x", new ChatOptions { Tools = [Answers.Tool("f", schema)], MaxOutputTokens = 4, Temperature = 0 });

        Assert.NotNull(response.Usage);
    }

    private static void AssertCounted(UsageDetails? usage)
    {
        Assert.NotNull(usage);
        Assert.True(usage.InputTokenCount > 1);
        Assert.True(usage.OutputTokenCount > 1);
        Assert.Equal(usage.InputTokenCount + usage.OutputTokenCount, usage.TotalTokenCount);
    }

    private Task<IChatClient> Client() => ClientOf(Answers.Roomy);

    private static async Task<T> Structured<T>(IChatClient client, string? schema = null)
    {
        ChatResponseFormat format = schema is null ? ChatResponseFormat.ForJsonSchema<T>() : ChatResponseFormat.ForJsonSchema(Answers.Json(schema));
        ChatResponse response = await client.GetResponseAsync("Describe", new ChatOptions { ResponseFormat = format, MaxOutputTokens = 120, Temperature = 0 });
        return JsonSerializer.Deserialize<T>(response.Text, AIJsonUtilities.DefaultOptions)!;
    }

    private enum Season
    {
        Spring,
        Summer,
        Autumn,
        Winter,
    }

    private sealed record Person(bool IsTall, Season Season);
}
