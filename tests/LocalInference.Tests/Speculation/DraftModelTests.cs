using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Speculating;

[Collection(ModelTests.Name)]
public sealed class DraftModelTests(ModelFixture fixture)
{
    private static readonly TestModelSpec s_spec = TestModelSpec.Llama;

    // Of the same vocabulary, and of another opinion.
    private static readonly TestModelSpec s_other = s_spec with { Name = "tiny-llama-draft", Seed = 99 };

    [Fact]
    public async Task It_guesses_what_it_would_say_itself_whatever_became_of_earlier_guesses()
    {
        LocalModel model = await fixture.ModelOf(s_spec);
        string path = fixture.FileOf(s_other);
        LocalModelOptions options = new() { ContextLength = 256, Parallel = 2, PrefixCacheBytes = 0 };
        PreparedModel prepared = ModelLoader.Prepare(path, options);
        using var draft = DraftModel.Load(NativeRuntime.Get(), prepared, MemoryPlanner.Plan(prepared.Demand, MachineMemory.Read()), model.Tokenizer, 1, CancellationToken.None);
        var random = new Random(8);
        for (int round = 0; round < 6; round++)
        {
            List<int> text = [.. Prompts.Of(round % 3, random.Next(1, 60))];
            using var guesser = new DraftGuesser(draft, text.ToArray(), 256);
            for (int step = 0; step < 15; step++)
            {
                draft.BeginStep();
                int[] guesses = new int[random.Next(1, Speculation.MostGuesses + 1)];
                Assert.Equal(guesses.Length, guesser.Guess(guesses));
                Assert.InRange(ReferenceLoop.WorstShortfall(path, [.. text], guesses), 0, Prompts.Rounding);
                Assert.True(draft.EqualsNative());
                foreach (int token in guesses.Take(random.Next(guesses.Length + 1)).Append(random.Next(3, 200)))
                {
                    guesser.Append(token);
                    text.Add(token);
                }
            }
        }
    }

    [Fact]
    public async Task A_text_that_is_longer_than_its_context_is_left_alone()
    {
        LocalModel model = await fixture.ModelOf(s_spec);
        PreparedModel prepared = ModelLoader.Prepare(fixture.FileOf(s_other), new() { ContextLength = 64, Parallel = 2, PrefixCacheBytes = 0 });
        using var draft = DraftModel.Load(NativeRuntime.Get(), prepared, MemoryPlanner.Plan(prepared.Demand, MachineMemory.Read()), model.Tokenizer, 1, CancellationToken.None);
        int[] guesses = new int[4];

        using (var tooLong = new DraftGuesser(draft, Prompts.Of(1, 100), 300))
        {
            Assert.Equal(0, tooLong.Guess(guesses));
        }

        using var grows = new DraftGuesser(draft, Prompts.Of(1, draft.Length - 10), 300);
        Assert.Equal(4, grows.Guess(guesses));
        for (int i = 0; i < 20; i++)
        {
            grows.Append(5);
        }

        Assert.Equal(0, grows.Guess(guesses));
        Assert.True(draft.EqualsNative());
    }

    [Fact]
    public async Task Texts_that_it_has_not_seen_share_what_it_computes_in_a_step()
    {
        LocalModel model = await fixture.ModelOf(s_spec);
        PreparedModel prepared = ModelLoader.Prepare(fixture.FileOf(s_other), new() { ContextLength = 512, Parallel = 4, PrefixCacheBytes = 0 });
        using var draft = DraftModel.Load(NativeRuntime.Get(), prepared, MemoryPlanner.Plan(prepared.Demand, MachineMemory.Read()), model.Tokenizer, 1, CancellationToken.None);
        using var first = new DraftGuesser(draft, Prompts.Of(1, 200), 300);
        using var second = new DraftGuesser(draft, Prompts.Of(2, 200), 300);
        using var third = new DraftGuesser(draft, Prompts.Of(3, 200), 300);
        int[] guesses = new int[4];

        // 256 tokens a step: the first text and 56 of the second.
        draft.BeginStep();
        Assert.Equal((4, 0, 0), (first.Guess(guesses), second.Guess(guesses), third.Guess(guesses)));

        // Who is up to date takes nothing from the others; the second has 144 left, the third then 88.
        first.Append(5);
        draft.BeginStep();
        Assert.Equal((4, 4, 0), (first.Guess(guesses), second.Guess(guesses), third.Guess(guesses)));
        first.Append(6);
        second.Append(6);
        Assert.Equal((4, 4, 0), (first.Guess(guesses), second.Guess(guesses), third.Guess(guesses)));
        draft.BeginStep();
        Assert.Equal(4, third.Guess(guesses));
        Assert.True(draft.EqualsNative());
    }

    [Fact]
    public async Task What_is_interrupted_leaves_no_cells()
    {
        LocalModel model = await fixture.ModelOf(s_spec);
        PreparedModel prepared = ModelLoader.Prepare(fixture.FileOf(s_other), new() { ContextLength = 256, Parallel = 2, PrefixCacheBytes = 0 });
        using var draft = DraftModel.Load(NativeRuntime.Get(), prepared, MemoryPlanner.Plan(prepared.Demand, MachineMemory.Read()), model.Tokenizer, 1, CancellationToken.None);
        using var guesser = new DraftGuesser(draft, Prompts.Of(1, 100), 256);
        int[] guesses = new int[4];

        draft.RequestAbort();
        Assert.Equal(0, guesser.Guess(guesses));
        Assert.True(draft.EqualsNative());

        draft.ResetAbort();
        draft.BeginStep();
        Assert.Equal(4, guesser.Guess(guesses));
        Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(s_other), Prompts.Of(1, 100), guesses), 0, Prompts.Rounding);
        Assert.True(draft.EqualsNative());
    }

    [Fact]
    public async Task Threads_that_change_while_it_does_not_guess_leave_none_behind()
    {
        LocalModel model = await fixture.ModelOf(s_spec);
        PreparedModel prepared = ModelLoader.Prepare(fixture.FileOf(s_other), new() { ContextLength = 256, Parallel = 2, PrefixCacheBytes = 0 });
        using var draft = DraftModel.Load(NativeRuntime.Get(), prepared, MemoryPlanner.Plan(prepared.Demand, MachineMemory.Read()), model.Tokenizer, 1, CancellationToken.None);
        int before = CountThreads();
        for (int i = 0; i < 200; i++)
        {
            draft.SetThreads(2 + (i % 2));
        }

        // Each change would leave 1.5 of them; other tests may begin some meanwhile.
        Assert.InRange(CountThreads(), 1, before + 150);
        using var guesser = new DraftGuesser(draft, Prompts.Of(1, 20), 256);
        Assert.Equal(4, guesser.Guess(new int[4]));
        Assert.True(draft.EqualsNative());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_answer_is_the_same(bool isOfTheSameOpinion)
    {
        await using LocalModel model = await Load(isOfTheSameOpinion ? s_spec : s_other);
        for (int round = 0; round < 3; round++)
        {
            int[] prompt = Prompts.Of(round, 20 + (round * 100));
            int[] answer = await model.GenerateAsync(prompt, Generations.Greedy(60)).Tokens();
            Assert.Equal(60, answer.Length);
            Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(s_spec), prompt, answer), 0, Prompts.Rounding);
        }

        EngineCounters counters = await model.CountersBetweenSteps();
        Assert.True(counters.GuessedTokens > 0, $"{counters}");
        Assert.True(!isOfTheSameOpinion || counters.RightGuesses > 0, $"{counters}");
        Assert.Equal(0, counters.CacheMismatches);
    }

    [Fact]
    public async Task Many_requests_share_it_and_may_be_cancelled()
    {
        await using LocalModel model = await Load(s_spec);
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(async () =>
        {
            using var cancel = new CancellationTokenSource();
            int seen = 0;
            try
            {
                await foreach (GenerationUpdate update in model.GenerateAsync(Prompts.Of(i % 5, 30 + i), Generations.Greedy(40), cancel.Token))
                {
                    seen += update.Token is null ? 0 : 1;
                    if (i % 4 == 0 && seen == 5)
                    {
                        cancel.Cancel();
                    }
                }

                Assert.Equal(40, seen);
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(0, i % 4);
            }
        })));
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task What_cannot_guess_for_the_model_is_refused()
    {
        ModelUnsupportedException vocabulary = await Assert.ThrowsAsync<ModelUnsupportedException>(() => Load(TestModelSpec.Qwen2));
        Assert.Contains("vocabulary", vocabulary.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => LocalModel.LoadAsync(fixture.FileOf(s_spec), new() { Speculation = SpeculationMode.DraftModel, DraftModelPath = "nowhere.gguf" }));
        foreach (LocalModelOptions options in new LocalModelOptions[] { new() { Speculation = SpeculationMode.DraftModel }, new() { DraftModelPath = "draft.gguf" } })
        {
            Assert.Contains("DraftModelPath", (await Assert.ThrowsAsync<GenerationException>(() => LocalModel.LoadAsync(fixture.FileOf(s_spec), options))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Its_memory_is_planned_with_the_models()
    {
        using var file = GgufFile.Open(fixture.FileOf(s_spec));
        var host = new DeviceMemory { Name = "CPU", FreeBytes = 1L << 30, TotalBytes = 1L << 30 };
        var gpu = new DeviceMemory { Name = "CUDA0", FreeBytes = 1L << 30, TotalBytes = 1L << 30 };
        LocalModelOptions options = new() { ContextLength = 256 };
        MemoryPlan alone = MemoryPlan.Of(file, options, host, [gpu]);
        MemoryPlan both = MemoryPlan.Of(file, options with { Speculation = SpeculationMode.DraftModel, DraftModelPath = fixture.FileOf(s_other) }, host, [gpu]);

        Assert.Null(alone.Draft);
        Assert.Equal(alone.GpuBytes + both.Draft!.GpuBytes, both.GpuBytes);
        Assert.Equal(alone.TotalBytes + both.Draft.TotalBytes, both.TotalBytes);
        Assert.True(both.Draft.GpuLayers > 0);
    }

    private static int CountThreads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }

    private async Task<LocalModel> Load(TestModelSpec draft)
    {
        LocalModel model = await LocalModel.LoadAsync(
            fixture.FileOf(s_spec),
            new() { ContextLength = 512, Speculation = SpeculationMode.DraftModel, DraftModelPath = fixture.FileOf(draft) });
        model.Engine.VerifiesCache = true;
        return model;
    }
}
