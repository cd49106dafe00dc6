using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.KvCache;

[Collection(ModelTests.Name)]
public sealed class PrefixStoreTests(ModelFixture fixture) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-prefixes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_idle_leaves_the_cells_while_others_compute_and_comes_back()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama, new() { ContextLength = 512 });
        int[] first = Prompts.Of(1, 200);
        await Ask(model, TestModelSpec.Llama, first, cached: 0);
        Assert.Equal(0, model.Engine.StoredPrefixBytes);

        await Ask(model, TestModelSpec.Llama, Prompts.Of(2, 100), cached: 0);
        long stored = model.Engine.StoredPrefixBytes;
        Assert.True(stored > 0);

        // The whole first prompt, though its cells were given up.
        await Ask(model, TestModelSpec.Llama, [.. first, .. Prompts.Of(3, 20)], cached: 200);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Without_a_budget_nothing_is_stored()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama, new() { ContextLength = 256, CacheLength = 256, PrefixCacheBytes = 0 });
        await Ask(model, TestModelSpec.Llama, Prompts.Of(1, 150), cached: 0);
        await Ask(model, TestModelSpec.Llama, Prompts.Of(2, 220), cached: 0);
        Assert.Equal(0, model.Engine.StoredPrefixBytes);
        List<GenerationUpdate> again = await model.GenerateAsync(Prompts.Of(1, 150), Generations.Greedy(4)).Collect();
        Assert.InRange(again[^1].Usage!.CachedPromptTokens, 0, 60);
    }

    [Fact]
    public async Task What_conversations_have_in_common_is_stored_once()
    {
        await using LocalModel model = await Load(TestModelSpec.Llama, new() { ContextLength = 512 });
        int[] start = Prompts.Of(1, 300);
        await Ask(model, TestModelSpec.Llama, start, cached: 0);
        await Ask(model, TestModelSpec.Llama, Prompts.Of(9, 100), cached: 0);
        long one = model.Engine.StoredPrefixBytes;

        for (int i = 0; i < 4; i++)
        {
            await Ask(model, TestModelSpec.Llama, [.. start, .. Prompts.Of(20 + i, 80)], cached: 300);
            await Ask(model, TestModelSpec.Llama, Prompts.Of(30 + i, 100), cached: 0);
        }

        // Four branches of 80 and four other prompts of 100, each with an answer of 8: not four times 300 more.
        Assert.InRange(model.Engine.StoredPrefixBytes, one + 1, one * 4);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task What_memory_has_no_room_for_goes_to_files_that_go_with_the_model()
    {
        LocalModelOptions options = new() { ContextLength = 512, PrefixCacheBytes = 200_000, PrefixCacheDiskBytes = 50_000_000, PrefixCacheDirectory = _folder };
        await using (LocalModel model = await Load(TestModelSpec.Llama, options))
        {
            for (int round = 0; round < 2; round++)
            {
                for (int i = 0; i < 5; i++)
                {
                    await Ask(model, TestModelSpec.Llama, Prompts.Of(i, 150 + i), cached: round == 0 ? 0 : 149 + i);
                    Assert.InRange(model.Engine.StoredPrefixBytes, 0, 200_000);
                }
            }

            Assert.NotEmpty(Directory.GetFiles(_folder));
            Assert.Equal(0, model.Engine.Counters.CacheMismatches);
        }

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_folder_that_takes_no_files_only_costs_the_cache()
    {
        LocalModelOptions options = new() { ContextLength = 512, PrefixCacheBytes = 200_000, PrefixCacheDiskBytes = 50_000_000, PrefixCacheDirectory = Path.Combine(_folder, "none") };
        await using LocalModel model = await Load(TestModelSpec.Llama, options);
        for (int i = 0; i < 5; i++)
        {
            await Ask(model, TestModelSpec.Llama, Prompts.Of(i, 150), cached: 0);
        }

        Assert.InRange(model.Engine.StoredPrefixBytes, 1, 200_000);
    }

    [Theory]
    [InlineData(50_000, 0)]
    [InlineData(300_000, 0)]
    [InlineData(300_000, 600_000)]
    [InlineData(100_000_000, 0)]
    public async Task Conversations_at_random_get_the_right_answers_whatever_the_budget(long memory, long disk)
    {
        LocalModelOptions options = new() { ContextLength = 300, CacheLength = 400, Parallel = 3, PrefixCacheBytes = memory, PrefixCacheDiskBytes = disk, PrefixCacheDirectory = _folder };
        await using LocalModel model = await Load(TestModelSpec.Qwen2, options);
        var random = new Random((int)(memory + disk));
        List<int[]> conversations = [.. Enumerable.Range(0, 6).Select(i => Prompts.Of(i / 2, 60))];
        for (int round = 0; round < 25; round++)
        {
            int[] chosen = [.. Enumerable.Range(0, 6).OrderBy(_ => random.Next()).Take(random.Next(1, 4))];
            int[][] prompts = [.. chosen.Select(i => (int[])[.. conversations[i], .. Prompts.Of((round * 10) + i, random.Next(1, 30))])];
            int[][] answers = await Task.WhenAll(prompts.Select(p => model.GenerateAsync(p, Generations.Greedy(6)).Tokens()));
            for (int i = 0; i < chosen.Length; i++)
            {
                AssertGreedy(TestModelSpec.Qwen2, prompts[i], answers[i]);
                conversations[chosen[i]] = prompts[i].Length > 220 ? Prompts.Of(chosen[i], 60) : [.. prompts[i], .. answers[i]];
            }
        }

        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    // llama.cpp gives up cells behind the window (64 tokens here) whenever others need some, and when it saves a state.
    [Theory]
    [InlineData("tiny-gemma2", true)]
    [InlineData("tiny-gemma3", true)]
    [InlineData("tiny-gemma3", false)]
    public async Task A_start_whose_window_is_gone_is_computed_anew(string name, bool unified)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        await using LocalModel model = await Load(spec, new() { ContextLength = 512, CacheLength = unified ? 1024 : null, Parallel = 2, UnifiedCache = unified });
        int[] start = Prompts.Of(1, 120);
        int[] first = [.. start, .. Prompts.Of(2, 200)];
        await Check(first);
        await Check(Prompts.Of(3, 150));
        await Check([.. start, .. Prompts.Of(4, 30)]);
        await Check([.. first, .. Prompts.Of(5, 20)]);
        Random random = new(7);
        List<int[]> conversations = [.. Enumerable.Range(0, 4).Select(i => (int[])[.. start, .. Prompts.Of(i, 10)])];
        for (int round = 0; round < 12; round++)
        {
            int[] chosen = [.. Enumerable.Range(0, 4).OrderBy(_ => random.Next()).Take(2)];
            await Task.WhenAll(chosen.Select(async i => conversations[i] = [.. conversations[i], .. Prompts.Of((round * 10) + i, random.Next(1, 30)), .. await Check(conversations[i])]));
            conversations = [.. conversations.Select(c => c.Length > 400 ? start : c)];
        }

        Assert.Equal(0, model.Engine.Counters.CacheMismatches);

        async Task<int[]> Check(int[] prompt)
        {
            int[] answer = await model.GenerateAsync(prompt, Generations.Greedy(8)).Tokens();
            AssertGreedy(spec, prompt, answer);
            return answer;
        }
    }

    [Fact]
    public async Task A_recurrent_model_goes_on_from_the_end_of_a_prompt()
    {
        await using LocalModel model = await Load(TestModelSpec.Mamba, new() { ContextLength = 512 });
        int[] prompt = Prompts.Of(1, 120);
        await Ask(model, TestModelSpec.Mamba, prompt, cached: 0);
        await Ask(model, TestModelSpec.Mamba, prompt, cached: 119);

        // Another answer than the one it gave.
        await Ask(model, TestModelSpec.Mamba, [.. prompt, .. Prompts.Of(5, 30)], cached: 119);
        await Ask(model, TestModelSpec.Mamba, Prompts.Of(7, 90), cached: 0);
        await Ask(model, TestModelSpec.Mamba, [.. prompt, .. Prompts.Of(5, 30), .. Prompts.Of(6, 5)], cached: 149);
    }

    private async Task<LocalModel> Load(TestModelSpec spec, LocalModelOptions options)
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), options);
        model.Engine.VerifiesCache = true;
        return model;
    }

    private async Task Ask(LocalModel model, TestModelSpec spec, int[] prompt, int cached)
    {
        List<GenerationUpdate> updates = await model.GenerateAsync(prompt, Generations.Greedy(8)).Collect();
        AssertGreedy(spec, prompt, [.. updates.Where(u => u.Token is not null).Select(u => u.Token!.Value)]);

        // A few by chance: prompts may begin with the same tokens.
        Assert.InRange(updates[^1].Usage!.CachedPromptTokens, cached, cached + 9);
    }

    private void AssertGreedy(TestModelSpec spec, int[] prompt, int[] answer) =>
        Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(spec), prompt, answer), 0, Prompts.Rounding);
}
