using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Speculating;

[Collection(ModelTests.Name)]
public sealed class SpeculationTests(ModelFixture fixture)
{
    [Theory]
    [InlineData("tiny-llama")]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-gemma3")]
    public async Task The_answer_is_the_same(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        await using LocalModel model = await Load(spec);

        // Of its own answers, so that they come again.
        int[] prompt = Prompts.Of(1, 20);
        for (int round = 0; round < 3; round++)
        {
            int[] answer = await model.GenerateAsync(prompt, Generations.Greedy(60)).Tokens();
            Assert.Equal(60, answer.Length);
            Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(spec), prompt, answer), 0, Prompts.Rounding);
            prompt = [.. prompt, .. answer, .. prompt[^10..]];
        }

        EngineCounters counters = await model.CountersBetweenSteps();
        Assert.True(counters.RightGuesses > 0, $"{counters}");
        Assert.Equal(0, counters.CacheMismatches);
    }

    [Fact]
    public async Task Right_guesses_save_steps()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama);
        int[] prompt = Prompts.Of(1, 20);
        int[] answer = await model.GenerateAsync(prompt, Generations.Greedy(100)).Tokens();

        // It writes the same again, and the text says so before. Where guessing takes longer than it saves, on a busy machine, it may be
        // given up by then; the first answer repeats itself, too.
        int[] again = [.. prompt, .. answer, .. prompt];
        int[] second = await model.GenerateAsync(again, Generations.Greedy(100)).Tokens();
        EngineCounters counters = await model.CountersBetweenSteps();

        Assert.Equal(100, second.Length);
        Assert.True(counters.RightGuesses > 0, $"{counters}");
        Assert.Equal(counters.GeneratedTokens, counters.Steps + counters.RightGuesses);
    }

    [Fact]
    public async Task Stops_limits_cancels_and_others_in_the_batch_are_kept_to()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama);
        int[] start = Prompts.Of(1, 20);
        int[] repeated = [.. start, .. await model.GenerateAsync(start, Generations.Greedy(40)).Tokens(), .. start];
        var random = new Random(2);
        Task[] tasks = [.. Enumerable.Range(0, 40).Select(i => (Tokens: random.Next(1, 60), Cancel: random.Next(4) == 0, Repeats: random.Next(2) == 0)).Select((r, i) => Task.Run(async () =>
        {
            using var cancel = new CancellationTokenSource();
            int seen = 0;
            try
            {
                await foreach (GenerationUpdate update in model.GenerateAsync(r.Repeats ? repeated : Prompts.Of(i, 30), Generations.Greedy(r.Tokens), cancel.Token))
                {
                    seen += update.Token is null ? 0 : 1;
                    if (r.Cancel && seen == 3)
                    {
                        cancel.Cancel();
                    }
                }

                Assert.Equal(r.Tokens, seen);
            }
            catch (OperationCanceledException)
            {
                Assert.True(r.Cancel);
            }
        }))];
        await Task.WhenAll(tasks);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
        int[] answer = await model.GenerateAsync(repeated, Generations.Greedy(30)).Tokens();
        Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(TestModelSpec.Llama), repeated, answer), 0, Prompts.Rounding);
    }

    [Fact]
    public async Task A_seeded_answer_is_the_same_with_and_without()
    {
        int[] prompt = [.. Prompts.Of(1, 30), .. Prompts.Of(1, 30), .. Prompts.Of(1, 30)];
        GenerationOptions options = new() { MaxTokens = 60, IgnoreEndOfGeneration = true, Sampling = new SamplingOptions { Temperature = 0.7f, Seed = 5 } };
        await using LocalModel without = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 512 });
        await using LocalModel with = await Load(TestModelSpec.Llama);
        Assert.Equal(await without.GenerateAsync(prompt, options).Tokens(), await with.GenerateAsync(prompt, options).Tokens());
    }

    [Fact]
    public async Task A_recurrent_model_guesses_nothing()
    {
        await using LocalModel model = await Load(TestModelSpec.Mamba);
        Assert.Equal(30, (await model.GenerateAsync((int[])[.. Prompts.Of(1, 20), .. Prompts.Of(1, 20)], Generations.Greedy(30)).Tokens()).Length);
        Assert.Equal(0, model.Engine.Counters.GuessedTokens);
    }

    private async Task<LocalModel> Load(TestModelSpec spec)
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), new() { ContextLength = 512, Speculation = SpeculationMode.PromptLookup });
        model.Engine.VerifiesCache = true;
        return model;
    }
}
