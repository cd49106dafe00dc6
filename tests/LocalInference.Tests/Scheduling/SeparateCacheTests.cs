using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

/// <summary>Requests with cells of their own, where nothing is shared but by a copy.</summary>
[Collection(ModelTests.Name)]
public sealed class SeparateCacheTests(ModelFixture fixture)
{
    public static TheoryData<string> Generators => [.. TestModelSpec.AllTiny.Where(s => s.Architecture != TestArchitecture.Bert).Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Generators))]
    public async Task Requests_that_run_together_get_what_each_gets_alone(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        await using LocalModel model = await Load(spec, 4);
        int[][] prompts = [.. Enumerable.Range(0, 12).Select(i => Prompts.Of(i, 10 + (i * 3)))];

        int[][] answers = await Together(model, prompts, 24);

        AssertGreedy(spec, prompts, answers);

        // Prompts have steps of their own, of at least a token each.
        Assert.InRange(model.Engine.Counters.Steps, 3 * 24, 200 + prompts.Sum(static prompt => prompt.Length));
        Assert.Equal((0, 0), (model.Engine.Counters.CacheMismatches, model.Engine.Counters.Preemptions));
    }

    [Fact]
    public async Task A_common_start_is_computed_once_and_copied()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama, 4);
        int[] start = Prompts.Of(1, 200);
        int[][] prompts = [.. Enumerable.Range(0, 4).Select(i => (int[])[.. start, .. Prompts.Of(i + 2, 10)])];

        int[][] answers = await Together(model, prompts, 8);

        AssertGreedy(TestModelSpec.Llama, prompts, answers);
        Assert.InRange(model.Engine.Counters.PromptTokens, 200 + 40, (200 + 40) * 105 / 100);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task A_conversation_goes_on_in_its_own_cells()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2, 2);
        int[] conversation = Prompts.Of(3, 40);
        for (int turn = 0; turn < 4; turn++)
        {
            List<GenerationUpdate> updates = await model.GenerateAsync(conversation, Generations.Greedy(10)).Collect();
            int[] answer = [.. updates.Where(static u => u.Token is not null).Select(static u => u.Token!.Value)];

            AssertGreedy(TestModelSpec.Qwen2, [conversation], [answer]);
            Assert.Equal(turn == 0 ? 0 : conversation.Length - 6, updates[^1].Usage!.CachedPromptTokens);
            conversation = [.. conversation, .. answer, .. Prompts.Of(100 + turn, 5)];
        }

        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Where_no_cells_are_left_an_idle_sequence_gives_up_what_the_prompt_does_not_share()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama, 1);
        int[] start = Prompts.Of(1, 100);
        int[] first = [.. start, .. Prompts.Of(2, 200)];
        int[] second = [.. start, .. Prompts.Of(3, 20)];
        _ = await model.GenerateAsync(first, Generations.Greedy(4)).Tokens();

        List<GenerationUpdate> updates = await model.GenerateAsync(second, Generations.Greedy(12)).Collect();

        AssertGreedy(TestModelSpec.Llama, [second], [[.. updates.Where(static u => u.Token is not null).Select(static u => u.Token!.Value)]]);
        Assert.Equal(100, updates[^1].Usage!.CachedPromptTokens);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task A_conversation_whose_cells_another_prompt_takes_over_comes_back_from_the_store()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama, 1);
        int[] conversation = Prompts.Of(2, 200);
        int[] answer = await model.GenerateAsync(conversation, Generations.Greedy(4)).Tokens();

        // All that it shares is the first token, as prompts of one model do.
        int[] other = [conversation[0], .. Prompts.Of(3, 100)];
        _ = await model.GenerateAsync(other, Generations.Greedy(4)).Tokens();
        int[] next = [.. conversation, .. answer, .. Prompts.Of(4, 10)];
        List<GenerationUpdate> updates = await model.GenerateAsync(next, Generations.Greedy(12)).Collect();

        AssertGreedy(TestModelSpec.Llama, [next], [[.. updates.Where(static u => u.Token is not null).Select(static u => u.Token!.Value)]]);
        Assert.Equal(203, updates[^1].Usage!.CachedPromptTokens);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Each_request_may_fill_the_whole_context_at_the_same_time()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama, 3);
        int[][] prompts = [.. Enumerable.Range(0, 3).Select(static i => Prompts.Of(i, 480))];

        int[][] answers = await Together(model, prompts, 1000);

        Assert.All(answers, static answer => Assert.Equal(512 - 480 + 1, answer.Length));
        AssertGreedy(TestModelSpec.Llama, prompts, answers);
        Assert.Equal((0, 0), (model.Engine.Counters.CacheMismatches, model.Engine.Counters.Preemptions));
    }

    [Fact]
    public async Task Wrong_guesses_leave_no_cells()
    {
        await using LocalModel model = await LocalModel.LoadAsync(
            fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 512, Parallel = 2, UnifiedCache = false, Speculation = SpeculationMode.PromptLookup });
        model.Engine.VerifiesCache = true;
        int[][] prompts = [.. Enumerable.Range(0, 4).Select(static i => (int[])[.. Prompts.Of(i, 12), .. Prompts.Of(i, 12), .. Prompts.Of(i, 6)])];

        int[][] answers = await Together(model, prompts, 40);

        AssertGreedy(TestModelSpec.Llama, prompts, answers);
        Assert.True(model.Engine.Counters.GuessedTokens > model.Engine.Counters.RightGuesses);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Cells_are_not_counted_twice()
    {
        GenerationException e = await Assert.ThrowsAsync<GenerationException>(
            () => LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { UnifiedCache = false, CacheLength = 1024 }));

        Assert.Contains("CacheLength", e.Message, StringComparison.Ordinal);
        await using LocalModel model = await Load(TestModelSpec.Llama, 3);
        Assert.Equal(3 * 512, model.Memory.CacheLength);
    }

    private static async Task<int[][]> Together(LocalModel model, int[][] prompts, int tokens) =>
        await Task.WhenAll(prompts.Select(prompt => model.GenerateAsync(prompt, Generations.Greedy(tokens)).Tokens()));

    private void AssertGreedy(TestModelSpec spec, int[][] prompts, int[][] answers)
    {
        for (int i = 0; i < prompts.Length; i++)
        {
            Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(spec), prompts[i], answers[i]), 0, Prompts.Rounding);
        }
    }

    private async Task<LocalModel> Load(TestModelSpec spec, int parallel)
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), new() { ContextLength = 512, Parallel = parallel, UnifiedCache = false });
        model.Engine.VerifiesCache = true;
        return model;
    }
}
