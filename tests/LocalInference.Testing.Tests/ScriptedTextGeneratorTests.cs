using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Testing.Tests;

public sealed class ScriptedTextGeneratorTests
{
    [Fact]
    public async Task Answers_come_in_order_and_requests_are_kept()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("one"), ScriptedAnswer.Say("two words"));

        Assert.Equal("one", Text(await Events(generator, "a")));
        Assert.Equal("two words", Text(await Events(generator, "b")));
        Assert.Equal(["a", "b"], generator.Requests.Select(static request => ((PromptInput)request.Input).Text), StringComparer.Ordinal);
        Assert.Equal(0, generator.CancelledAnswers);
    }

    [Fact]
    public async Task The_same_script_plays_the_same_events()
    {
        static ScriptedTextGenerator New() => new(ScriptedAnswer.Think("so").ThenSay("it is").ThenCall("f", "{}")) { TimeProvider = new ManualTime() };

        Assert.Equal(await Events(New(), "x"), await Events(New(), "x"));
    }

    [Fact]
    public async Task An_answer_has_a_start_an_end_and_counts()
    {
        List<GenerationEvent> events = await Events(new ScriptedTextGenerator(ScriptedAnswer.Think("a b").ThenSay("c d e").ThenCall("f", """{"x":1}""")), "x");

        Assert.IsType<GenerationStarted>(events[0]);
        var end = Assert.IsType<GenerationEnded>(events[^1]);
        Assert.Equal(FinishReason.ToolCalls, end.FinishReason);
        Assert.Equal((7, 2), (end.Usage.GeneratedTokens, end.Usage.ReasoningTokens));
        Assert.Equal("""{"x":1}""", string.Concat(events.OfType<ToolArgumentsDelta>().Select(static e => e.Text)));
    }

    [Fact]
    public async Task An_empty_answer_is_one_too()
    {
        List<GenerationEvent> events = await Events(new ScriptedTextGenerator(ScriptedAnswer.Empty), "x");

        Assert.Equal(2, events.Count);
    }

    [Fact]
    public async Task A_limit_of_tokens_cuts_it()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("a b c d"));
        var events = new List<GenerationEvent>();
        await foreach (GenerationEvent e in generator.GenerateAsync(new GenerationRequest { Input = new PromptInput { Text = "x" }, MaxTokens = 2 }))
        {
            events.Add(e);
        }

        Assert.Equal("a b", Text(events));
        Assert.Equal(FinishReason.MaxTokens, events.OfType<GenerationEnded>().Single().FinishReason);
    }

    [Fact]
    public async Task A_request_too_many_is_seen()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("only"));
        await Events(generator, "a");

        Assert.Equal("script_exhausted", (await Assert.ThrowsAsync<GenerationException>(() => Events(generator, "b"))).Code);
    }

    [Fact]
    public async Task A_function_answers_by_the_request()
    {
        var generator = new ScriptedTextGenerator(static (request, place) => ScriptedAnswer.Say($"{place}: {((PromptInput)request.Input).Text}"));

        Assert.Equal("0: a", Text(await Events(generator, "a")));
        Assert.Equal("1: b", Text(await Events(generator, "b")));
    }

    [Fact]
    public async Task A_failure_comes_where_the_script_has_it()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("half").ThenFail(new IOException("torn")), ScriptedAnswer.Fail(ScriptedFailure.ContextLength(9, 8)));
        var seen = new List<GenerationEvent>();

        await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (GenerationEvent e in generator.GenerateAsync(Request("x")))
            {
                seen.Add(e);
            }
        });

        Assert.Equal("half", Text(seen));
        Assert.Equal("9", (await Assert.ThrowsAsync<ContextLengthException>(() => Events(generator, "x"))).Value);
        Assert.Equal("model_not_found", ScriptedFailure.ModelNotFound("m").Code);
    }

    [Fact]
    public async Task It_waits_by_its_clock()
    {
        var time = new ManualTime();
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("a").ThenWait(TimeSpan.FromHours(1)).ThenSay("b")) { TimeProvider = time };
        await using IAsyncEnumerator<GenerationEvent> events = generator.GenerateAsync(Request("x")).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.True(await events.MoveNextAsync());

        ValueTask<bool> next = events.MoveNextAsync();
        Assert.False(next.IsCompleted);

        Assert.Equal(TimeSpan.FromHours(1), time.Fire());
        Assert.True(await next);
        Assert.Equal(new TextDelta("b"), events.Current);
    }

    [Fact]
    public async Task Leaving_and_cancelling_are_counted()
    {
        var generator = new ScriptedTextGenerator(static (_, _) => ScriptedAnswer.Say("a b c").ThenWait(TimeSpan.FromDays(1)));
        await foreach (GenerationEvent e in generator.GenerateAsync(Request("x")))
        {
            if (e is TextDelta)
            {
                break;
            }
        }

        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationEvent e in generator.GenerateAsync(Request("x"), cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });

        Assert.Equal(2, generator.CancelledAnswers);
    }

    [Fact]
    public void Its_start_and_end_are_its_own() =>
        Assert.Throws<ArgumentException>(() => ScriptedAnswer.Empty.Then(new GenerationStarted("a", "b", DateTimeOffset.UnixEpoch)));

    [Fact]
    public async Task It_is_a_chat_client_too()
    {
        using IChatClient client = new ScriptedTextGenerator(ScriptedAnswer.Say("Hello")).AsIChatClient();

        Assert.Equal("Hello", (await client.GetResponseAsync("Hi")).Text);
    }

    private static GenerationRequest Request(string text) => new() { Input = new PromptInput { Text = text } };

    private static async Task<List<GenerationEvent>> Events(ScriptedTextGenerator generator, string text)
    {
        var events = new List<GenerationEvent>();
        await foreach (GenerationEvent e in generator.GenerateAsync(Request(text)))
        {
            events.Add(e);
        }

        return events;
    }

    private static string Text(IEnumerable<GenerationEvent> events) => string.Concat(events.OfType<TextDelta>().Select(static e => e.Text));
}
