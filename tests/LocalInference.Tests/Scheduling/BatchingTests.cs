using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

[Collection(ModelTests.Name)]
public sealed class BatchingTests(ModelFixture fixture)
{
    public static TheoryData<string> Generators => [.. TestModelSpec.AllTiny.Where(s => s.Architecture != TestArchitecture.Bert).Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Generators))]
    public async Task Requests_that_run_together_get_what_each_gets_alone(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        await using LocalModel model = await Load(spec);
        int[][] prompts = [.. Enumerable.Range(0, 8).Select(i => Prompts.Of(i, 10 + (i * 3)))];

        int[][] answers = await Together(model, prompts, 24);

        for (int i = 0; i < prompts.Length; i++)
        {
            AssertGreedy(fixture.FileOf(spec), prompts[i], answers[i]);
        }

        // Together: far fewer steps than tokens.
        EngineCounters counters = await model.CountersBetweenSteps();
        Assert.Equal(8 * 24, counters.GeneratedTokens);
        Assert.InRange(counters.Steps, 24, 100);
        Assert.Equal(0, counters.CacheMismatches);
    }

    [Fact]
    public async Task The_comparison_sees_a_single_wrong_cell()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama);
        int[] prompt = Prompts.Of(1, 60);
        int[] answer = await model.GenerateAsync(prompt, Generations.Greedy(24)).Tokens();
        int[] other = [.. prompt];
        other[40] = other[40] == 7 ? 8 : 7;

        Assert.True(ReferenceLoop.WorstShortfall(fixture.FileOf(TestModelSpec.Llama), other, answer) > Prompts.Rounding * 4);
    }

    [Fact]
    public async Task A_common_start_is_computed_once_also_when_all_arrive_at_once()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama);
        int[] start = Prompts.Of(1, 200);
        int[][] prompts = [.. Enumerable.Range(0, 8).Select(i => (int[])[.. start, .. Prompts.Of(i + 2, 10)])];

        int[][] answers = await Together(model, prompts, 8);

        Assert.InRange(model.Engine.Counters.PromptTokens, 200 + 80, (200 + 80) * 105 / 100);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
        for (int i = 0; i < prompts.Length; i++)
        {
            AssertGreedy(fixture.FileOf(TestModelSpec.Llama), prompts[i], answers[i]);
        }
    }

    [Theory]
    [InlineData(KvCacheType.F32)]
    [InlineData(KvCacheType.F16)]
    public async Task Cells_of_requests_that_run_together_are_laid_beside_each_other(KvCacheType type)
    {
        await using LocalModel model = await LocalModel.LoadAsync(
            fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 512, CacheLength = 2048, KeyType = type, ValueType = type, FlashAttention = true });
        model.Engine.VerifiesCache = true;
        int[] start = Prompts.Of(1, 100);
        int[][] prompts = [.. Enumerable.Range(0, 6).Select(i => i < 3 ? [.. start, .. Prompts.Of(i + 2, 10)] : Prompts.Of(i + 2, 40 + i))];

        int[][] answers = await Together(model, prompts, 150);

        // Each token once at most; what they share stays where it is.
        EngineCounters counters = await model.CountersBetweenSteps();
        Assert.InRange(counters.GatheredCells, 128, prompts.Sum(static prompt => prompt.Length + 150) - (2 * start.Length));
        Assert.Equal(0, counters.CacheMismatches);
        for (int i = 0; i < prompts.Length; i++)
        {
            AssertGreedy(fixture.FileOf(TestModelSpec.Llama), prompts[i], answers[i]);
        }
    }

    [Fact]
    public async Task Nothing_is_moved_for_a_request_that_runs_alone_nor_where_values_lie_apart()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama);
        await model.GenerateAsync(Prompts.Of(1, 30), Generations.Greedy(300)).Tokens();
        await using LocalModel apart = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 512, FlashAttention = false });
        await Together(apart, [Prompts.Of(1, 10), Prompts.Of(2, 10)], 150);

        Assert.Equal((0, 0), ((await model.CountersBetweenSteps()).GatheredCells, (await apart.CountersBetweenSteps()).GatheredCells));
    }

    [Fact]
    public async Task A_conversation_goes_on_from_what_it_computed()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);
        int[] conversation = Prompts.Of(3, 40);
        for (int turn = 0; turn < 4; turn++)
        {
            List<GenerationUpdate> updates = await model.GenerateAsync(conversation, Generations.Greedy(10)).Collect();
            int[] answer = [.. updates.Where(u => u.Token is not null).Select(u => u.Token!.Value)];
            AssertGreedy(fixture.FileOf(TestModelSpec.Qwen2), conversation, answer);
            Assert.True(turn == 0 || updates[^1].Usage!.CachedPromptTokens >= conversation.Length - 12);
            conversation = [.. conversation, .. answer, .. Prompts.Of(turn + 20, 11)];
        }

        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task When_the_cache_is_full_requests_give_way_and_go_on_as_if_nothing_had_happened()
    {
        // Room for one request and a bit: eight that grow to 90 tokens each have to take turns.
        await using LocalModel model = await LocalModel.LoadAsync(
            fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 256, CacheLength = 256, AdaptThreads = false, Threads = 1 });
        model.Engine.VerifiesCache = true;
        int[][] prompts = [.. Enumerable.Range(0, 8).Select(i => Prompts.Of(i, 10))];

        int[][] answers = await Together(model, prompts, 180);

        Assert.True(model.Engine.Counters.Preemptions > 0);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
        for (int i = 0; i < prompts.Length; i++)
        {
            AssertGreedy(fixture.FileOf(TestModelSpec.Llama), prompts[i], answers[i]);
        }
    }

    [Fact]
    public async Task A_slow_reader_waits_alone()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 1024, Parallel = 1 });
        model.Engine.VerifiesCache = true;
        await using IAsyncEnumerator<GenerationUpdate> slow = model.GenerateAsync(Prompts.Of(1, 10), Generations.Greedy(400)).GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync());
        var seen = new List<int> { slow.Current.Token!.Value };

        // The only place is taken by one that nobody reads; others are served all the same.
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(20, (await model.GenerateAsync(Prompts.Of(i + 5, 10), Generations.Greedy(20)).Tokens()).Length);
        }

        Assert.InRange(model.Engine.Counters.GeneratedTokens, 60, 60 + GenerationJob.QueueCapacity + 2);
        while (await slow.MoveNextAsync())
        {
            if (slow.Current.Token is { } token)
            {
                seen.Add(token);
            }
        }

        Assert.Equal(400, seen.Count);
        AssertGreedy(fixture.FileOf(TestModelSpec.Llama), Prompts.Of(1, 10), [.. seen]);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task A_long_prompt_does_not_stop_the_others()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 2048 });
        int[] prompt = Prompts.Of(2, 2000);
        Task<int[]>? asked = null;
        var recorder = new StepRecorder(after: 5, () => asked = model.GenerateAsync(prompt, Generations.Greedy(4)).Tokens());
        model.Engine.Observer = recorder;

        // No more tokens than a reader may be behind, so that the engine never waits for this one.
        Assert.Equal(250, (await model.GenerateAsync(Prompts.Of(1, 10), Generations.Greedy(250)).Tokens()).Length);
        int[] answer = await asked!;

        // It has its row in every step; and of a prompt about which nothing was measured few tokens are computed, not a batch of 512.
        AssertGreedy(fixture.FileOf(TestModelSpec.Llama), prompt, answer);
        Assert.All(recorder.UntilFirstEnds, rows => Assert.Contains(recorder.First, rows));
        Assert.InRange(recorder.UntilFirstEnds.Select(rows => rows.Count(id => id != recorder.First)).First(static others => others > 0), 1, 16);
    }

    [Fact]
    public async Task More_than_may_wait_are_sent_away_with_a_time()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 1024, Parallel = 1, QueueLimit = 2 });
        using var stop = new CancellationTokenSource();
        Task[] tasks = [.. Enumerable.Range(0, 12).Select(i => Task.Run(() => model.GenerateAsync(Prompts.Of(i, 400), Generations.Greedy(400), stop.Token).Tokens()))];

        await Task.WhenAny(tasks);
        BusyException busy = Assert.IsType<BusyException>(tasks.First(t => t.IsFaulted).Exception!.InnerException);
        stop.Cancel();

        Assert.Equal(("busy", "2"), (busy.Code, busy.Limit));
        Assert.True(busy.RetryAfter >= TimeSpan.FromSeconds(1));
        await Task.WhenAll(tasks.Select(t => t.ContinueWith(_ => { })));

        // The cancelled ones leave the queue between two steps.
        int[]? answer = null;
        for (int attempt = 0; attempt < 100 && answer is null; attempt++)
        {
            try
            {
                answer = await model.GenerateAsync(Prompts.Of(1, 5), Generations.Greedy(3)).Tokens();
            }
            catch (BusyException)
            {
                await Task.Delay(50);
            }
        }

        Assert.Equal(3, answer!.Length);
    }

    [Fact]
    public async Task Arrivals_cancellations_and_slow_readers_at_random_leave_the_mirror_true()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 256, CacheLength = 600, Parallel = 4 });
        model.Engine.VerifiesCache = true;
        var random = new Random(11);
        var tasks = new List<Task>();
        for (int i = 0; i < 150; i++)
        {
            int[] prompt = [.. Prompts.Of(random.Next(3), random.Next(1, 100)), .. Prompts.Of(i, random.Next(1, 40))];

            // More than a reader may be behind, so that those who do not read are parked.
            bool isLong = i % 6 == 0;
            int tokens = isLong ? random.Next(400, 600) : random.Next(1, 120);
            int cancelAfter = !isLong && random.Next(4) == 0 ? random.Next(1, 30) : int.MaxValue;
            bool slow = random.Next(5) == 0;
            tasks.Add(Task.Run(async () =>
            {
                int seen = 0;
                using var cancellation = new CancellationTokenSource();
                try
                {
                    GenerationOptions options = Generations.Greedy(tokens) with { KeepOnOverflow = isLong ? 8 : null };
                    await foreach (GenerationUpdate update in model.GenerateAsync(prompt, options, cancellation.Token))
                    {
                        if (++seen == cancelAfter)
                        {
                            cancellation.Cancel();
                        }

                        // A few parked ones have all cells: who wants some then takes them from one.
                        for (int waits = 0; isLong && seen == 1 && waits < 1000 && model.Engine.Counters.Preemptions == 0; waits++)
                        {
                            await Task.Delay(20);
                        }

                        if (slow && seen % 40 == 1)
                        {
                            await Task.Delay(20);
                        }
                    }

                    Assert.Equal(tokens + 1, seen);
                }
                catch (OperationCanceledException)
                {
                    Assert.True(seen >= cancelAfter);
                }
            }));
            await Task.Delay(random.Next(6));
        }

        await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromMinutes(2));
        EngineCounters counters = await model.CountersBetweenSteps();
        Assert.Equal(0, counters.CacheMismatches);
        Assert.True(counters is { Parks: > 0, Preemptions: > 0 }, $"{counters}");
        AssertGreedy(fixture.FileOf(TestModelSpec.Llama), Prompts.Of(1, 50), await model.GenerateAsync(Prompts.Of(1, 50), Generations.Greedy(10)).Tokens());
    }

    private static void AssertGreedy(string path, int[] prompt, int[] answer) =>
        Assert.InRange(ReferenceLoop.WorstShortfall(path, prompt, answer), 0, Prompts.Rounding);

    private static async Task<int[][]> Together(LocalModel model, int[][] prompts, int tokens) =>
        await Task.WhenAll(prompts.Select(p => Task.Run(() => model.GenerateAsync(p, Generations.Greedy(tokens)).Tokens())));

    private async Task<LocalModel> Load(TestModelSpec spec)
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), new() { ContextLength = 512 });
        model.Engine.VerifiesCache = true;
        return model;
    }
}
