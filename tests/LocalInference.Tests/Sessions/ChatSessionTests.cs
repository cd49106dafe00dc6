using LocalInference.Abstractions;
using LocalInference.TestModels;
using LocalInference.Tests.Chat;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Sessions;

[Collection(ModelTests.Name)]
public sealed class ChatSessionTests(ModelFixture fixture)
{
    private static readonly ChatSessionOptions s_short = new() { ChatOptions = new ChatOptions { MaxOutputTokens = 12, Temperature = 0 } };

    [Fact]
    public async Task A_turn_computes_its_own_tokens_only()
    {
        await using LocalModel model = await Load();
        var session = new ChatSession(model, [new(ChatRole.System, "Be brief, and be kind to everybody who asks you something.")], s_short);

        ChatResponse first = await session.GetResponseAsync("What is a fork?");
        ChatResponse second = await session.GetResponseAsync("And a spoon?");

        Assert.Equal([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User, ChatRole.Assistant], session.Messages.Select(static m => m.Role));
        Assert.Equal((first.Text, second.Text), (session.Messages[2].Text, session.Messages[4].Text));

        // The answer may be spelled with other tokens than it was written with.
        Assert.True(Cached(second) >= first.Usage!.InputTokenCount - 1, $"{Cached(second)} of {first.Usage.InputTokenCount}");
    }

    [Fact]
    public async Task Forks_go_on_from_the_same_and_know_nothing_of_each_other()
    {
        await using LocalModel model = await Load();
        var session = new ChatSession(model, [new(ChatRole.System, "Be brief.")], s_short);
        ChatResponse common = await session.GetResponseAsync("Begin a story about a lighthouse.");

        ChatSession fork = session.Fork();
        ChatResponse[] answers = await Task.WhenAll(session.GetResponseAsync("Make it sad."), fork.GetResponseAsync("Make it funny, and add a dog."));

        Assert.Equal(session.Messages.Take(3), fork.Messages.Take(3));
        Assert.Equal((5, 5), (session.Messages.Count, fork.Messages.Count));
        Assert.NotEqual(session.Messages[3].Text, fork.Messages[3].Text, StringComparer.Ordinal);
        Assert.All(answers, answer => Assert.True(Cached(answer) >= common.Usage!.InputTokenCount - 1));
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Another_process_goes_on_without_computing_it_again()
    {
        using var saved = new MemoryStream();
        List<string> said;
        long? tokens;
        await using (LocalModel model = await Load())
        {
            var session = new ChatSession(model, [new(ChatRole.System, "Be brief.")], s_short);
            tokens = (await session.GetResponseAsync("Tell me all about the weather of the last ten years, day by day.")).Usage!.InputTokenCount;
            await session.SaveAsync(saved);
            said = [.. session.Messages.Select(static m => m.Text)];
        }

        saved.Position = 0;
        await using LocalModel other = await Load();
        ChatSession loaded = await ChatSession.LoadAsync(other, saved, s_short);
        Assert.Equal(said, loaded.Messages.Select(static m => m.Text), StringComparer.Ordinal);
        ChatResponse answer = await loaded.GetResponseAsync("And tomorrow?");

        Assert.True(Cached(answer) >= tokens - 1, $"{Cached(answer)} of {tokens}");
        using var again = new MemoryStream();
        await loaded.Fork().SaveAsync(again);
        Assert.True(again.Length > saved.Length);
        Assert.Equal(0, other.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task What_is_no_session_of_the_model_is_refused()
    {
        await using LocalModel model = await Load();
        using var saved = new MemoryStream();
        var session = new ChatSession(model, null, s_short);
        await session.GetResponseAsync("Hi");
        await session.SaveAsync(saved);
        using var prefix = new MemoryStream();
        await model.SavePrefixAsync(new[] { 1, 2, 3 }, prefix);

        LocalModel another = await fixture.ModelOf(TestModelSpec.Llama);
        Assert.Equal("session_other_model", (await Assert.ThrowsAsync<SessionException>(() => ChatSession.LoadAsync(another, Again(saved)))).Code);
        Assert.Equal("session_invalid", (await Assert.ThrowsAsync<SessionException>(() => ChatSession.LoadAsync(model, Again(prefix)))).Code);
        Assert.Equal("session_damaged", (await Assert.ThrowsAsync<SessionException>(() => ChatSession.LoadAsync(model, new MemoryStream(saved.ToArray()[..^1])))).Code);
        Assert.NotEmpty(await model.LoadPrefixAsync(Again(saved)));
    }

    [Fact]
    public async Task A_turn_that_fails_or_is_left_changes_nothing()
    {
        await using LocalModel model = await Load();
        var session = new ChatSession(model, null, s_short);
        await session.GetResponseAsync("Hi");
        IReadOnlyList<ChatMessage> before = session.Messages;

        await foreach (ChatResponseUpdate update in session.GetStreamingResponseAsync("Go on", new ChatOptions { MaxOutputTokens = 100 }))
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => session.GetResponseAsync("Me too"));
            Assert.Throws<InvalidOperationException>(session.Fork);
            break;
        }

        await Assert.ThrowsAsync<ContextLengthException>(() => session.GetResponseAsync(new string('x', 5000)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.GetResponseAsync("Hi", cancellationToken: new CancellationToken(canceled: true)));

        Assert.Same(before, session.Messages);
        await session.GetResponseAsync("Still there?");
        Assert.Equal(4, session.Messages.Count);
    }

    [Fact]
    public async Task Calls_and_their_results_become_part_of_it_and_are_saved()
    {
        LocalModel model = await fixture.ModelOf(Answers.Roomy);
        AIFunction clock = AIFunctionFactory.Create(static (DayOfWeek day) => day <= DayOfWeek.Saturday ? "noon" : "never", new AIFunctionFactoryOptions
        {
            Name = "get_time",
            JsonSchemaCreateOptions = new AIJsonSchemaCreateOptions { TransformOptions = new AIJsonSchemaTransformOptions { DisallowAdditionalProperties = true } },
        });
        var options = new ChatSessionOptions
        {
            Pipeline = static client => new ToolInvokingChatClient(client),
            ChatOptions = new ChatOptions { Tools = [clock], ToolMode = ChatToolMode.RequireAny, MaxOutputTokens = 120, Temperature = 0 },
        };
        var session = new ChatSession(model, null, options);

        await session.GetResponseAsync("What time is it?");
        using var saved = new MemoryStream();
        await session.SaveAsync(saved);
        ChatSession loaded = await ChatSession.LoadAsync(model, Again(saved), options);

        Assert.Equal([ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant], session.Messages.Select(static m => m.Role));
        FunctionCallContent call = Assert.Single(loaded.Messages[1].Contents.OfType<FunctionCallContent>());
        FunctionResultContent result = Assert.Single(loaded.Messages[2].Contents.OfType<FunctionResultContent>());
        Assert.Equal(("get_time", call.CallId, "noon"), (call.Name, result.CallId, result.Result?.ToString()));
        await loaded.GetResponseAsync("And now?", new ChatOptions { MaxOutputTokens = 5 });
    }

    private static MemoryStream Again(MemoryStream saved) => new(saved.ToArray());

    private static long Cached(ChatResponse response) => response.Usage!.CachedInputTokenCount ?? 0;

    private async Task<LocalModel> Load()
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Qwen2), new() { Parallel = 2 });
        model.Engine.VerifiesCache = true;
        return model;
    }
}
