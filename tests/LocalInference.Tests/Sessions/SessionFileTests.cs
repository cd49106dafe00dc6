using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Sessions;

[Collection(ModelTests.Name)]
public sealed class SessionFileTests(ModelFixture fixture)
{
    private static readonly TestModelSpec s_spec = TestModelSpec.Qwen2;

    [Theory]
    [InlineData("tiny-qwen2")]
    [InlineData("tiny-mamba")]
    public async Task Another_process_goes_on_where_this_one_stopped(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        int[] prompt = Prompts.Of(1, 120);
        using var saved = new MemoryStream();
        int[] conversation;
        await using (LocalModel first = await Load(spec))
        {
            conversation = [.. prompt, .. await first.GenerateAsync(prompt, Generations.Greedy(10)).Tokens()];
            int kept = await first.SavePrefixAsync(conversation, saved);
            Assert.InRange(kept, 120, 130);
        }

        saved.Position = 0;
        await using LocalModel second = await Load(spec);
        int[] tokens = await second.LoadPrefixAsync(saved);
        Assert.True(conversation.AsSpan().StartsWith(tokens));
        int[] next = [.. conversation, .. Prompts.Of(2, 12)];
        List<GenerationUpdate> updates = await second.GenerateAsync(next, Generations.Greedy(10)).Collect();
        Assert.InRange(updates[^1].Usage!.CachedPromptTokens, tokens.Length, tokens.Length + 1);
        Assert.InRange(
            ReferenceLoop.WorstShortfall(fixture.FileOf(spec), next, [.. updates.Where(u => u.Token is not null).Select(u => u.Token!.Value)]),
            0,
            Prompts.Rounding);
        Assert.Equal(0, second.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task What_was_never_computed_is_saved_as_tokens()
    {
        await using LocalModel model = await Load(s_spec);
        using var saved = new MemoryStream();
        Assert.Equal(0, await model.SavePrefixAsync(Prompts.Of(5, 40), saved));
        saved.Position = 0;
        Assert.Equal(Prompts.Of(5, 40), await model.LoadPrefixAsync(saved));
    }

    [Fact]
    public async Task Another_model_and_damage_are_told_apart()
    {
        await using LocalModel model = await Load(s_spec);
        int[] prompt = Prompts.Of(1, 60);
        await model.GenerateAsync(prompt, Generations.Greedy(4)).Tokens();
        using var saved = new MemoryStream();
        Assert.Equal(60, await model.SavePrefixAsync(prompt, saved));
        byte[] bytes = saved.ToArray();

        await using LocalModel other = await Load(s_spec with { Seed = 77, Name = "tiny-qwen2-other" });
        Assert.Equal("session_other_model", (await Assert.ThrowsAsync<SessionException>(() => other.LoadPrefixAsync(new MemoryStream(bytes)))).Code);
        Assert.Equal("session_invalid", (await Assert.ThrowsAsync<SessionException>(() => model.LoadPrefixAsync(new MemoryStream(new byte[500])))).Code);

        var random = new Random(4);
        for (int i = 0; i < 60; i++)
        {
            byte[] mutated = [.. bytes];
            mutated[random.Next(8 + 32, mutated.Length)] ^= (byte)(1 << random.Next(8));
            SessionException damaged = await Assert.ThrowsAsync<SessionException>(() => model.LoadPrefixAsync(new MemoryStream(mutated)));
            Assert.Equal("session_damaged", damaged.Code);
            await Assert.ThrowsAsync<SessionException>(() => model.LoadPrefixAsync(new MemoryStream(bytes[..random.Next(bytes.Length)])));
        }
    }

    [Fact]
    public async Task A_session_is_of_the_file_that_was_loaded_not_of_one_that_lies_there_later()
    {
        string folder = Directory.CreateTempSubdirectory("localinference-sessions-").FullName;
        try
        {
            string path = TestModel.WriteTo(folder, s_spec);
            string successor = Path.Combine(folder, "successor.gguf");
            TestModel.Write(successor, s_spec with { Seed = 78 });
            int[] prompt = Prompts.Of(1, 60);
            using var saved = new MemoryStream();
            await using (LocalModel first = await LocalModel.LoadAsync(path, new() { ContextLength = 512 }))
            {
                await first.GenerateAsync(prompt, Generations.Greedy(4)).Tokens();
                File.Move(successor, path, overwrite: true);
                Assert.Equal(60, await first.SavePrefixAsync(prompt, saved));
                saved.Position = 0;
                Assert.Equal(prompt, await first.LoadPrefixAsync(saved));
            }

            saved.Position = 0;
            await using LocalModel second = await LocalModel.LoadAsync(path, new() { ContextLength = 512 });
            Assert.Equal("session_other_model", (await Assert.ThrowsAsync<SessionException>(() => second.LoadPrefixAsync(saved))).Code);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Saving_goes_on_while_others_run_and_fails_after_the_end()
    {
        LocalModel model = await Load(s_spec);
        int[] prompt = Prompts.Of(1, 60);
        await model.GenerateAsync(prompt, Generations.Greedy(4)).Tokens();
        Task<int[]>[] running = [.. Enumerable.Range(0, 4).Select(i => Task.Run(() => model.GenerateAsync(Prompts.Of(i + 3, 20), Generations.Greedy(100)).Tokens()))];
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(60, await model.SavePrefixAsync(prompt, Stream.Null));
        }

        Assert.All(await Task.WhenAll(running), a => Assert.Equal(100, a.Length));
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
        await model.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.SavePrefixAsync(prompt, Stream.Null));
    }

    private async Task<LocalModel> Load(TestModelSpec spec)
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), new() { ContextLength = 512 });
        model.Engine.VerifiesCache = true;
        return model;
    }
}
