using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

[Collection(ModelTests.Name)]
public sealed class OverflowTests(ModelFixture fixture)
{
    [Fact]
    public async Task An_answer_goes_on_from_what_is_kept()
    {
        await using LocalModel model = await Load();
        int[] prompt = Prompts.Of(1, 40);
        List<GenerationUpdate> updates = await model.GenerateAsync(prompt, Generations.Greedy(90) with { KeepOnOverflow = 10 }).Collect();
        int[] answer = [.. updates.Where(u => u.Token is not null).Select(u => u.Token!.Value)];

        Assert.Equal(90, answer.Length);
        Assert.Equal(FinishReason.MaxTokens, updates[^1].FinishReason);

        // The context of 64 is full with 40 + 25 tokens, the last of them not computed: of the 55 behind the kept ones 27 go, and
        // 38 are left. The next time it is full 27 tokens later; and so on.
        Assert.Equal(27 * 3, updates[^1].Usage!.ShiftedTokens);
        List<int> view = [.. prompt];
        int at = 0;
        foreach (int count in (int[])[25, 27, 27, 11])
        {
            Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(TestModelSpec.Llama), [.. view], answer[at..(at + count)]), 0, Prompts.Rounding);
            view.AddRange(answer[at..(at + count)]);
            view.RemoveRange(10, (view.Count - 10) / 2);
            at += count;
        }

        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Without_a_policy_an_answer_ends_and_a_prompt_is_refused()
    {
        await using LocalModel model = await Load();
        List<GenerationUpdate> updates = await model.GenerateAsync(Prompts.Of(1, 40), Generations.Greedy(90)).Collect();
        Assert.Equal(FinishReason.ContextFull, updates[^1].FinishReason);
        Assert.Equal((25, 0), (updates[^1].Usage!.GeneratedTokens, updates[^1].Usage!.ShiftedTokens));

        ContextLengthException refused = await Assert.ThrowsAsync<ContextLengthException>(() => model.GenerateAsync(Prompts.Of(1, 64), Generations.Greedy(1)).Tokens());
        Assert.Equal(("64", "64"), (refused.Value, refused.Limit));
    }

    [Fact]
    public async Task A_prompt_loses_its_middle_and_says_so()
    {
        await using LocalModel model = await Load();
        int[] prompt = Prompts.Of(1, 200);
        List<GenerationUpdate> updates = await model.GenerateAsync(prompt, Generations.Greedy(8) with { KeepOnOverflow = 10 }).Collect();

        Assert.Equal((48, 152), (updates[^1].Usage!.PromptTokens, updates[^1].Usage!.DroppedPromptTokens));
        int[] answer = [.. updates.Where(u => u.Token is not null).Select(u => u.Token!.Value)];
        Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(TestModelSpec.Llama), [.. prompt[..10], .. prompt[^38..]], answer), 0, Prompts.Rounding);
    }

    [Fact]
    public async Task A_request_may_have_a_shorter_context_than_the_model()
    {
        await using LocalModel model = await Load();
        List<GenerationUpdate> updates = await model.GenerateAsync(Prompts.Of(1, 20), Generations.Greedy(90) with { ContextLength = 32 }).Collect();
        Assert.Equal((FinishReason.ContextFull, 13), (updates[^1].FinishReason, updates[^1].Usage!.GeneratedTokens));
        await Assert.ThrowsAsync<ContextLengthException>(() => model.GenerateAsync(Prompts.Of(1, 32), Generations.Greedy(1) with { ContextLength = 32 }).Tokens());
        await Assert.ThrowsAsync<GenerationException>(() => model.GenerateAsync(Prompts.Of(1, 3), Generations.Greedy(1) with { ContextLength = 65 }).Tokens());
        await Assert.ThrowsAsync<GenerationException>(() => model.GenerateAsync(Prompts.Of(1, 3), Generations.Greedy(1) with { ContextLength = 1 }).Tokens());
        await Assert.ThrowsAsync<GenerationException>(() => model.GenerateAsync(Prompts.Of(1, 3), Generations.Greedy(1) with { KeepOnOverflow = -1 }).Tokens());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Many_that_overflow_together_all_end(int keep)
    {
        await using LocalModel model = await Load();
        int[][] answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() =>
            model.GenerateAsync(Prompts.Of(i, 30 + (i * 30)), Generations.Greedy(150) with { KeepOnOverflow = keep }).Tokens())));
        Assert.All(answers, a => Assert.Equal(150, a.Length));
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    private async Task<LocalModel> Load()
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 64, CacheLength = 256, Parallel = 3 });
        model.Engine.VerifiesCache = true;
        return model;
    }
}
