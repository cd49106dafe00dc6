using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

[Collection(ModelTests.Name)]
public sealed class GenerationTests(ModelFixture fixture)
{
    [TrainedModelFact]
    public async Task A_trained_model_tells_its_story()
    {
        await using LocalModel model = await LocalModel.LoadAsync(TrainedModel.Path!);
        var options = new GenerationOptions { MaxTokens = 60, Sampling = SamplingOptions.Greedy };

        Assert.StartsWith(
            ", there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.",
            await model.GenerateAsync("Once upon a time", options).Text());
        Assert.StartsWith(
            " He was very happy. He wanted to play with it. He wanted to play with his ball.",
            await model.GenerateAsync("One day, Tim found a big box.", options).Text());
    }

    public static TheoryData<string> Generators => [.. TestModelSpec.AllTiny.Where(s => s.Architecture != TestArchitecture.Bert).Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Generators))]
    public async Task Greedy_tokens_equal_a_plain_loop_over_llama(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        LocalModel model = await fixture.ModelOf(spec);
        int[] prompt = model.Tokenizer.Encode("The quick brown fox");

        int[] expected = ReferenceLoop.Greedy(fixture.FileOf(spec), prompt, count: 24);

        Assert.Equal(expected, await model.GenerateAsync(prompt, Generations.Greedy(24)).Tokens());
    }

    [Fact]
    public async Task One_update_per_token_and_a_last_one_with_the_usage()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);

        List<GenerationUpdate> updates = await model.GenerateAsync("abc", Generations.Greedy(7)).Collect();

        Assert.Equal(8, updates.Count);
        Assert.All(updates[..7], u => Assert.True(u.Token is not null && u.FinishReason is null && u.Usage is null));
        Assert.Equal(FinishReason.MaxTokens, updates[7].FinishReason);
        Assert.Equal(7, updates[7].Usage!.GeneratedTokens);
        Assert.Equal(model.Tokenizer.Encode("abc").Length, updates[7].Usage!.PromptTokens);
    }

    [Fact]
    public async Task Zero_tokens_is_an_answer_too()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);

        GenerationUpdate only = Assert.Single(await model.GenerateAsync("abc", Generations.Greedy(0)).Collect());

        Assert.Equal(FinishReason.MaxTokens, only.FinishReason);
        Assert.Equal(0, only.Usage!.GeneratedTokens);
    }

    [Fact]
    public async Task A_repeated_prompt_is_taken_from_the_cache_and_gives_the_same()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        int[] prompt = model.Tokenizer.Encode("a prompt that is seen twice");
        List<GenerationUpdate> first = await model.GenerateAsync(prompt, Generations.Greedy(20)).Collect();

        List<GenerationUpdate> second = await model.GenerateAsync(prompt, Generations.Greedy(20)).Collect();

        Assert.Equal(prompt.Length - 1, second[^1].Usage!.CachedPromptTokens);
        Assert.Equal(first.Select(u => u.Token), second.Select(u => u.Token));
    }

    [Fact]
    public async Task A_seed_decides_the_text_and_no_seed_varies_it()
    {
        // One of its own: from 512 cells on llama.cpp parts attention among threads, whose number may change, and rounds by that. What other
        // tests left in the cache of the shared one would decide.
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 128 });
        GenerationOptions Seeded(uint? seed) => new()
        {
            MaxTokens = 24,
            IgnoreEndOfGeneration = true,
            Sampling = new SamplingOptions { Seed = seed, Temperature = 1.5f, TopK = 0, TopP = 1 },
        };

        int[] a = await model.GenerateAsync("x", Seeded(1)).Tokens();
        int[] again = await model.GenerateAsync("x", Seeded(1)).Tokens();
        int[] b = await model.GenerateAsync("x", Seeded(2)).Tokens();
        int[] c = await model.GenerateAsync("x", Seeded(null)).Tokens();
        int[] d = await model.GenerateAsync("x", Seeded(null)).Tokens();

        Assert.Equal(a, again);
        Assert.NotEqual(a, b);
        Assert.NotEqual(c, d);
    }

    [Fact]
    public async Task The_end_of_generation_token_ends_it_unless_ignored()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        int end = model.Tokenizer.EndOfSequence!.Value;
        var always = new SamplingOptions { Temperature = 0, LogitBias = new Dictionary<int, float> { [end] = 1000 } };

        List<GenerationUpdate> ended = await model.GenerateAsync("abc", new() { Sampling = always }).Collect();
        int[] ignored = await model.GenerateAsync("abc", new() { Sampling = always, IgnoreEndOfGeneration = true, MaxTokens = 5 }).Tokens();

        GenerationUpdate only = Assert.Single(ended);
        Assert.Equal(FinishReason.EndOfGeneration, only.FinishReason);
        Assert.Equal(0, only.Usage!.GeneratedTokens);
        Assert.Equal([end, end, end, end, end], ignored);
    }

    [Fact]
    public async Task A_full_context_ends_it()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 32 });
        int[] prompt = [.. Enumerable.Range(5, 10)];

        List<GenerationUpdate> updates = await model.GenerateAsync(prompt, Generations.Greedy(1000)).Collect();

        Assert.Equal(32, model.ContextLength);
        Assert.Equal(FinishReason.ContextFull, updates[^1].FinishReason);

        // 22 tokens are computed into the context after the prompt's 10; the last one needs no place of its own.
        Assert.Equal(23, updates[^1].Usage!.GeneratedTokens);
    }

    [Fact]
    public async Task A_prompt_that_fills_the_context_is_refused_with_both_numbers()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 32 });

        ContextLengthException e = Assert.Throws<ContextLengthException>(() => { model.GenerateAsync(new int[32]); });

        Assert.Equal(("32", "32", "context_length"), (e.Value, e.Limit, e.Code));
        Assert.Single(await model.GenerateAsync(Enumerable.Repeat(7, 31).ToArray(), Generations.Greedy(1)).Tokens());
    }

    [Fact]
    public async Task Small_batches_compute_the_same_as_large_ones()
    {
        int[] prompt = [.. Enumerable.Range(0, 100).Select(i => (i * 37 % 400) + 5)];
        await using LocalModel small = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Qwen3), new() { BatchSize = 7 });
        LocalModel large = await fixture.ModelOf(TestModelSpec.Qwen3);

        Assert.Equal(
            await large.GenerateAsync(prompt, Generations.Greedy(12)).Tokens(),
            await small.GenerateAsync(prompt, Generations.Greedy(12)).Tokens());
    }

    [Fact]
    public async Task An_empty_prompt_starts_from_the_begin_token()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);

        Assert.Equal(
            await model.GenerateAsync(new[] { model.Tokenizer.BeginOfSequence!.Value }, Generations.Greedy(5)).Tokens(),
            await model.GenerateAsync("", Generations.Greedy(5)).Tokens());
    }

    [Fact]
    public async Task A_token_outside_the_vocabulary_is_refused()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);

        foreach (int token in new[] { -1, model.Tokenizer.VocabularySize, int.MaxValue })
        {
            Assert.Equal("token_unknown", Assert.Throws<GenerationException>(() => { model.GenerateAsync(new[] { token }); }).Code);
        }
    }

    [Fact]
    public async Task An_embedding_model_does_not_generate()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);

        Assert.Equal("model_cannot_generate", Assert.Throws<GenerationException>(() => { model.GenerateAsync("abc"); }).Code);
    }

    [Fact]
    public async Task Many_callers_each_get_their_own_answer()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.LlamaChat);
        string[] prompts = [.. Enumerable.Range(0, 12).Select(i => $"caller number {i}")];
        var expected = new List<int[]>();
        foreach (string prompt in prompts)
        {
            expected.Add(await model.GenerateAsync(prompt, Generations.Greedy(16)).Tokens());
        }

        int[][] answers = await Task.WhenAll(prompts.Select(p => Task.Run(() => model.GenerateAsync(p, Generations.Greedy(16)).Tokens())));

        Assert.Equal(expected, answers);
    }

    [Fact]
    public async Task The_engine_thread_allocates_nothing_per_token()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        var sampled = new GenerationOptions { MaxTokens = 200, IgnoreEndOfGeneration = true, StopSequences = ["never to be seen"] };

        // A reader that falls far behind makes the ring grow, once; an allocation per token would show every time.
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 8 && least > 0; attempt++)
        {
            long before = model.Engine.DecodeAllocatedBytes;
            await model.GenerateAsync("abc", sampled).Collect();
            await model.GenerateAsync("abc", Generations.Greedy(200)).Collect();
            least = Math.Min(least, model.Engine.DecodeAllocatedBytes - before);
        }

        Assert.Equal(0, least);
    }
}
