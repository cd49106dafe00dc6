using LocalInference.Abstractions;
using LocalInference.Tests.Chat;

namespace LocalInference.Tests.Scheduling;

/// <summary>Answers that take two generations of the engine.</summary>
[Collection(ModelTests.Name)]
public sealed class ContinuedAnswerTests(ModelFixture fixture)
{
    private static readonly TimeSpan s_stuck = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_comes_behind_thoughts_is_not_refused_because_others_wait()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(Answers.Roomy), new() { Parallel = 1, QueueLimit = 1 });
        ChatInput chat = Answers.Chat("Think about it") with { Template = Answers.HermesTemplate, Reasoning = new ReasoningSettings { Enabled = true, MaxTokens = 12 } };
        GenerationRequest request = Answers.Ask(chat, 40) with { IgnoreEndOfGeneration = true };
        await using IAsyncEnumerator<GenerationEvent> events = model.AsTextGenerator().GenerateAsync(request).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());
        Assert.IsType<GenerationStarted>(events.Current);

        // Its thoughts are computed, and not read yet.
        for (int i = 0; i < 1000 && model.Engine.Counters.GeneratedTokens < 12; i++)
        {
            await Task.Delay(20);
        }

        using var release = new ManualResetEventSlim();
        Task<bool> held = model.Engine.RunAsync(_ => release.Wait(s_stuck));
        GenerationEnded end;
        Task<int[]> waiting;
        try
        {
            waiting = model.GenerateAsync(Prompts.Of(1, 10), Generations.Greedy(4)).Tokens();
            await Assert.ThrowsAsync<BusyException>(() => model.GenerateAsync(Prompts.Of(2, 10), Generations.Greedy(4)).Tokens());
            Task<GenerationEnded> rest = EndOf(events);
            for (int i = 0; i < 1000 && !rest.IsCompleted && model.Engine.WaitingRequests < 2; i++)
            {
                await Task.Delay(20);
            }

            release.Set();
            end = await rest.WaitAsync(s_stuck);
        }
        finally
        {
            release.Set();
        }

        Assert.True(await held);
        Assert.Equal((12, FinishReason.MaxTokens), (end.Usage.ReasoningTokens, end.FinishReason));
        Assert.Equal(4, (await waiting).Length);
    }

    private static async Task<GenerationEnded> EndOf(IAsyncEnumerator<GenerationEvent> events)
    {
        GenerationEnded? end = null;
        while (await events.MoveNextAsync())
        {
            end = events.Current as GenerationEnded ?? end;
        }

        return end!;
    }
}
