using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Embeddings;

[Collection(ModelTests.Name)]
public sealed class EmbeddingAdapterTests : IDisposable
{
    private static readonly TestModelSpec s_spec = TestModelSpec.Llama with { Name = "tiny-llama-4", BlockCount = 4 };

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-embedding-adapters-").FullName;
    private readonly EmbeddingRequest _request = Vectors.Request(RandomTexts.Many(seed: 31, count: 20, mostWords: 8));
    private readonly ModelFixture _fixture;

    public EmbeddingAdapterTests(ModelFixture fixture)
    {
        _fixture = fixture;
        TestAdapter.Write(At("one.gguf"), s_spec, seed: 11);
        TestAdapter.Write(At("two.gguf"), s_spec, seed: 22);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Vectors_are_those_of_the_model_that_the_adapters_are_merged_into()
    {
        float[][] plain = await Embed(_fixture.FileOf(s_spec));
        float[][] adapted = await Embed(_fixture.FileOf(s_spec), new AdapterFile(At("one.gguf")) { Scale = 0.5f }, new AdapterFile(At("two.gguf")));

        Vectors.AssertAlike(await Embed(Merged((11, 0.5f), (22, 1f))), adapted, Vectors.AlikeWhenLong);
        Assert.True(Vectors.Cosine(plain[0], adapted[0]) < 0.999f);
    }

    [Fact]
    public async Task Control_vectors_are_added_as_well()
    {
        TestAdapter.WriteControlVector(At("calm.gguf"), s_spec, seed: 11);
        TestAdapter.WriteSteered(At("steered.gguf"), s_spec, (11, 1f));

        float[][] adapted = await Embed(_fixture.FileOf(s_spec), new AdapterFile(At("calm.gguf")));

        Vectors.AssertAlike(await Embed(At("steered.gguf")), adapted, Vectors.AlikeWhenLong);
        Assert.True(Vectors.Cosine((await Embed(_fixture.FileOf(s_spec)))[0], adapted[0]) < 0.999f);
    }

    [Fact]
    public async Task An_adapter_that_is_replaced_or_unloaded_is_not_computed_with_any_more()
    {
        await using LocalModel model = await LocalModel.LoadAsync(_fixture.FileOf(s_spec), new LocalModelOptions { Adapters = [new AdapterFile(At("one.gguf"))] });
        Vectors.AssertAlike(await Embed(Merged((11, 1f))), await model.Embed(_request), Vectors.AlikeWhenLong);

        await model.LoadAdapterAsync(At("two.gguf"), "one");
        Vectors.AssertAlike(await Embed(Merged((22, 1f))), await model.Embed(_request), Vectors.AlikeWhenLong);

        Assert.True(model.UnloadAdapter("one"));
        Vectors.AssertAlike(await Embed(_fixture.FileOf(s_spec)), await model.Embed(_request), Vectors.AlikeWhenLong);
    }

    [Fact]
    public async Task An_adapter_that_is_replaced_or_unloaded_is_given_back_though_no_text_comes()
    {
        await using LocalModel model = await LocalModel.LoadAsync(_fixture.FileOf(s_spec), new LocalModelOptions { Adapters = [new AdapterFile(At("one.gguf"))] });
        await model.Embed(_request);
        AdapterHandle first = DefaultOf(model);
        Assert.False(first.IsClosed);

        await model.LoadAdapterAsync(At("two.gguf"), "one");
        Assert.True(await IsGivenBack(first));

        await model.Embed(_request);
        AdapterHandle second = DefaultOf(model);
        Assert.True(model.UnloadAdapter("one"));
        Assert.True(await IsGivenBack(second));
    }

    [Fact]
    public async Task The_context_stays_when_other_sets_of_adapters_have_been_used_since()
    {
        await using LocalModel model = await LocalModel.LoadAsync(_fixture.FileOf(s_spec), new LocalModelOptions { Adapters = [new AdapterFile(At("one.gguf"))] });
        float[][] expected = await model.Embed(_request);
        AdapterSet before = model.AdapterRegistry.Acquire(selections: null);
        before.Release();

        // More than are remembered: whoever asks for the default gets another object.
        for (int i = 1; i <= 70; i++)
        {
            model.AdapterRegistry.Acquire([new AdapterSelection("one", i / 100f)]).Release();
        }

        Assert.True(before.IsRetired);
        Vectors.AssertAlike(expected, await model.Embed(_request));
        Assert.Equal(1, model.Embeddings.Engine!.ContextsMade);
    }

    [Fact]
    public async Task Adapters_that_come_later_are_for_requests_that_choose_them()
    {
        await using LocalModel model = await LocalModel.LoadAsync(_fixture.FileOf(s_spec));
        await model.LoadAdapterAsync(At("one.gguf"));

        Vectors.AssertAlike(await Embed(_fixture.FileOf(s_spec)), await model.Embed(_request), Vectors.AlikeWhenLong);
    }

    [Fact]
    public async Task Scores_are_those_of_the_merged_model()
    {
        const string Template = "<|im_start|>Query: {query} Document: {document}<|im_end|>";
        TestModelSpec spec = TestModelSpec.Qwen3;
        TestAdapter.Write(At("ranks.gguf"), spec, seed: 11);
        TestAdapter.WriteMerged(At("merged.gguf"), spec, (11, 1f));
        string ranker = ModelVariant.Qwen3Ranker(_fixture.FileOf(spec), At("ranker.gguf"), 64, Template);
        string merged = ModelVariant.Qwen3Ranker(At("merged.gguf"), At("merged-ranker.gguf"), 64, Template);

        float[] plain = await Rank(ranker);
        float[] expected = await Rank(merged);
        float[] adapted = await Rank(ranker, new AdapterFile(At("ranks.gguf")));

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], adapted[i], 1e-3);
        }

        Assert.Contains(plain.Zip(adapted), static pair => Math.Abs(pair.First - pair.Second) > 1e-2);
    }

    private static AdapterHandle DefaultOf(LocalModel model)
    {
        AdapterSet set = model.AdapterRegistry.Acquire(selections: null);
        set.Release();
        return Assert.Single(set.Loras).Adapter.Lora!;
    }

    // By the engine's thread.
    private static async Task<bool> IsGivenBack(AdapterHandle adapter)
    {
        for (int i = 0; i < 1000 && !adapter.IsClosed; i++)
        {
            await Task.Delay(10);
        }

        return adapter.IsClosed;
    }

    private async Task<float[][]> Embed(string file, params AdapterFile[] adapters)
    {
        await using LocalModel model = await LocalModel.LoadAsync(file, new LocalModelOptions { Adapters = adapters });
        return await model.Embed(_request);
    }

    private static async Task<float[]> Rank(string file, params AdapterFile[] adapters)
    {
        await using LocalModel model = await LocalModel.LoadAsync(file, new LocalModelOptions { Adapters = adapters });
        RerankResult result = await model.RerankAsync(new RerankRequest { Query = "who played?", Documents = RandomTexts.Many(seed: 32, count: 20, mostWords: 8) });
        return [.. result.Documents.OrderBy(static document => document.Index).Select(static document => document.Score)];
    }

    private string Merged(params (ulong Seed, float Scale)[] adapters)
    {
        string path = At($"merged-{string.Join('-', adapters)}.gguf");
        TestAdapter.WriteMerged(path, s_spec, adapters);
        return path;
    }

    private string At(string name) => Path.Combine(_folder, name);
}
