using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

/// <summary>More readers that do not read than the cache has sequences.</summary>
[Collection(ModelTests.Name)]
public sealed class SlowReaderTests(ModelFixture fixture)
{
    private const int Tokens = 400;
    private static readonly TimeSpan s_stuck = TimeSpan.FromMinutes(1);

    public static TheoryData<string, bool, int> Caches => new()
    {
        { TestModelSpec.Llama.Name, true, 6 },
        { TestModelSpec.Llama.Name, false, 3 },
        { TestModelSpec.Mamba.Name, true, 3 },
    };

    [Theory]
    [MemberData(nameof(Caches))]
    public async Task Readers_that_do_not_read_keep_nobody_out_and_miss_nothing(string name, bool isUnified, int readers)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), new() { ContextLength = 512, Parallel = 1, UnifiedCache = isUnified });
        model.Engine.VerifiesCache = true;
        List<IAsyncEnumerator<GenerationUpdate>> slow = [];
        List<int>[] seen = [.. Enumerable.Range(0, readers).Select(static _ => new List<int>())];
        for (int i = 0; i < readers; i++)
        {
            slow.Add(model.GenerateAsync(Prompts.Of(i, 10), Generations.Greedy(Tokens)).GetAsyncEnumerator());
            Assert.True(await slow[i].MoveNextAsync().AsTask().WaitAsync(s_stuck));
            seen[i].Add(slow[i].Current.Token!.Value);
        }

        int[] answer = await model.GenerateAsync(Prompts.Of(90, 10), Generations.Greedy(20)).Tokens().WaitAsync(s_stuck);
        for (int i = 0; i < readers; i++)
        {
            while (await slow[i].MoveNextAsync().AsTask().WaitAsync(s_stuck))
            {
                if (slow[i].Current.Token is { } token)
                {
                    seen[i].Add(token);
                }
            }

            await slow[i].DisposeAsync();
            Assert.Equal(Tokens, seen[i].Count);
            Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(spec), Prompts.Of(i, 10), [.. seen[i]]), 0, Prompts.Rounding);
        }

        Assert.Equal(20, answer.Length);
        Assert.True(model.Engine.Counters.Preemptions > 0);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Readers_that_block_their_thread_hold_up_nobody()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 512, Parallel = 4 });
        using var gate = new ManualResetEventSlim();
        TaskCompletionSource[] begun = [.. Enumerable.Range(0, 2).Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        Task<int>[] blocked = [.. begun.Select((begins, i) => Task.Run(() => BlockAsync(i, begins)))];

        int[] counts;
        try
        {
            await Task.WhenAll(begun.Select(static begins => begins.Task)).WaitAsync(s_stuck);
            int[][] answers = await Task.WhenAll(Enumerable.Range(5, 4).Select(i => model.GenerateAsync(Prompts.Of(i, 10), Generations.Greedy(50)).Tokens())).WaitAsync(s_stuck);
            Assert.All(answers, static answer => Assert.Equal(50, answer.Length));
            Assert.All(blocked, static task => Assert.False(task.IsCompleted));
        }
        finally
        {
            gate.Set();
            counts = await Task.WhenAll(blocked).WaitAsync(s_stuck);
        }

        Assert.All(counts, static count => Assert.Equal(30, count));

        async Task<int> BlockAsync(int prompt, TaskCompletionSource begins)
        {
            int count = 0;
            await foreach (GenerationUpdate update in model.GenerateAsync(Prompts.Of(prompt, 10), Generations.Greedy(30)).ConfigureAwait(false))
            {
                begins.TrySetResult();
                gate.Wait();
                count += update.Token is null ? 0 : 1;
            }

            return count;
        }
    }

    [Fact]
    public async Task Readers_that_leave_while_their_sequence_is_given_up_leave_nothing_behind()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 512, Parallel = 1, UnifiedCache = false });
        model.Engine.VerifiesCache = true;
        for (int i = 0; i < 4; i++)
        {
            await using IAsyncEnumerator<GenerationUpdate> slow = model.GenerateAsync(Prompts.Of(i, 10), Generations.Greedy(Tokens)).GetAsyncEnumerator();
            Assert.True(await slow.MoveNextAsync().AsTask().WaitAsync(s_stuck));
            Assert.Equal(20, (await model.GenerateAsync(Prompts.Of(50 + i, 10), Generations.Greedy(20)).Tokens().WaitAsync(s_stuck)).Length);
        }

        Assert.True(model.Engine.Counters.Preemptions > 0);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }
}
