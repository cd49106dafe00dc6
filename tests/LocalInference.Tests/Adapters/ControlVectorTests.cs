using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Adapters;

[Collection(ModelTests.Name)]
public sealed class ControlVectorTests : IDisposable
{
    private static readonly TestModelSpec s_spec = TestModelSpec.Llama with { Name = "tiny-llama-4", BlockCount = 4 };
    private static readonly TimeSpan s_stuck = TimeSpan.FromMinutes(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-vectors-").FullName;
    private readonly ModelFixture _fixture;

    public ControlVectorTests(ModelFixture fixture)
    {
        _fixture = fixture;
        TestAdapter.WriteControlVector(At("calm.gguf"), s_spec, seed: 11);
        TestAdapter.WriteControlVector(At("loud.gguf"), s_spec, seed: 22);
        TestAdapter.Write(At("style.gguf"), s_spec, seed: 33);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_vector_equals_biases_of_the_same_values()
    {
        await using LocalModel model = await Load();
        AdapterInfo info = await model.LoadAdapterAsync(At("calm.gguf"));
        Assert.Equal((AdapterKind.ControlVector, 3, 3L * 64 * 4), (info.Kind, info.TensorCount, info.SizeInBytes));
        await model.LoadAdapterAsync(At("loud.gguf"));

        await AskAndCompare(model, [new("calm")], (11, 1f));
        await AskAndCompare(model, [new("calm", -0.5f)], (11, -0.5f));
        await AskAndCompare(model, [new("loud", 0.25f), new("calm", 2)], (11, 2f), (22, 0.25f));
        await AskAndCompare(model, []);
        await AskAndCompare(model, null);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task The_comparison_sees_a_wrong_scale()
    {
        await using LocalModel model = await Load();
        await model.LoadAdapterAsync(At("calm.gguf"));
        int[] answer = await Ask(model, [new("calm", 0.5f)]);
        Assert.True(ReferenceLoop.WorstShortfall(Steered((11, 1f)), Prompts.Of(1, 30), answer) > Prompts.Rounding * 4);
    }

    [Fact]
    public async Task Requests_with_and_without_run_side_by_side()
    {
        await using LocalModel model = await Load();
        await model.LoadAdapterAsync(At("calm.gguf"));
        await model.LoadAdapterAsync(At("style.gguf"));
        AdapterSelection[][] sets = [[], [new("calm")], [new("calm", -1)], [new("style")]];
        (ulong, float)[]?[] steered = [[], [(11, 1f)], [(11, -1f)], null];

        int[][] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => Ask(model, sets[i % 4]))));

        for (int i = 0; i < answers.Length; i++)
        {
            if (steered[i % 4] is { } vectors)
            {
                Assert.InRange(ReferenceLoop.WorstShortfall(Steered(vectors), Prompts.Of(1, 30), answers[i]), 0, Prompts.Rounding);
            }
        }

        string merged = At("merged.gguf");
        TestAdapter.WriteMerged(merged, s_spec, (33, 1f));
        Assert.InRange(ReferenceLoop.WorstShortfall(merged, Prompts.Of(1, 30), answers[3]), 0, Prompts.Rounding);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task One_that_is_unloaded_is_known_no_more()
    {
        await using LocalModel model = await Load();
        await model.LoadAdapterAsync(At("calm.gguf"));
        await Ask(model, [new("calm")]);
        Assert.True(model.UnloadAdapter("calm"));
        Assert.Equal("adapter_unknown", (await Assert.ThrowsAsync<AdapterException>(() => Ask(model, [new("calm")]))).Code);
        await AskAndCompare(model, null);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task One_without_memory_ends_its_own_requests_only(int parallel)
    {
        await using LocalModel model = await LocalModel.LoadAsync(_fixture.FileOf(s_spec), new() { ContextLength = 512, Parallel = parallel });
        model.Engine.VerifiesCache = true;
        model.Engine.LacksDirections = true;
        await model.LoadAdapterAsync(At("calm.gguf"));
        await model.LoadAdapterAsync(At("style.gguf"));
        AdapterSelection[][] sets = [[new("calm")], [], [new("style")], [new("calm", -1)], []];
        using var hold = new ManualResetEventSlim();
        Task<bool> held = model.Engine.RunAsync(_ => hold.Wait(s_stuck));
        Task<int[]>[] answers = [.. sets.Select(set => Ask(model, set))];
        hold.Set();
        Assert.True(await held);

        for (int i = 0; i < sets.Length; i++)
        {
            if (i % 3 == 0)
            {
                await Assert.ThrowsAsync<NativeLibraryException>(() => answers[i].WaitAsync(s_stuck));
            }
            else
            {
                Assert.Equal(24, (await answers[i].WaitAsync(s_stuck)).Length);
            }
        }

        await AskAndCompare(model, []);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Theory]
    [InlineData("direction.0", 64, GgufTensorType.F32, 1f, "none of the layers 1 to 3")]
    [InlineData("direction.4", 64, GgufTensorType.F32, 1f, "none of the layers 1 to 3")]
    [InlineData("direction.-1", 64, GgufTensorType.F32, 1f, "none of the layers")]
    [InlineData("other.1", 64, GgufTensorType.F32, 1f, "none of the layers")]
    [InlineData("direction.1", 63, GgufTensorType.F32, 1f, "64 of type F32")]
    [InlineData("direction.1", 64, GgufTensorType.I32, 1f, "64 of type F32")]
    [InlineData("direction.1", 64, GgufTensorType.F32, float.NaN, "not finite")]
    [InlineData(null, 64, GgufTensorType.F32, 1f, "changes nothing")]
    public async Task What_is_no_vector_of_the_model_is_refused(string? tensor, int length, GgufTensorType type, float value, string reason)
    {
        string path = At("faulty.gguf");
        GgufTensorDefinition[] tensors = tensor is null ? [] : [new(tensor, type, length)];
        using (GgufWriter writer = GgufWriter.Create(path, new GgufMetadataBuilder().Set("general.architecture", "controlvector").Build(), tensors))
        {
            foreach (GgufTensorDefinition _ in tensors)
            {
                byte[] bytes = new byte[length * sizeof(float)];
                BitConverter.TryWriteBytes(bytes, value);
                writer.Write(bytes);
            }

            writer.Complete();
        }

        await using LocalModel model = await Load();
        AdapterException refused = await Assert.ThrowsAsync<AdapterException>(() => model.LoadAdapterAsync(path));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Empty(model.Adapters);
    }

    private static Task<int[]> Ask(LocalModel model, AdapterSelection[]? adapters) =>
        model.GenerateAsync(Prompts.Of(1, 30), Generations.Greedy(24) with { Adapters = adapters }).Tokens();

    private async Task AskAndCompare(LocalModel model, AdapterSelection[]? adapters, params (ulong Seed, float Scale)[] vectors) =>
        Assert.InRange(ReferenceLoop.WorstShortfall(Steered(vectors), Prompts.Of(1, 30), await Ask(model, adapters)), 0, Prompts.Rounding);

    private string Steered(params (ulong Seed, float Scale)[] vectors)
    {
        string path = At($"steered-{string.Join('-', vectors)}.gguf");
        if (!File.Exists(path))
        {
            TestAdapter.WriteSteered(path, s_spec, vectors);
        }

        return path;
    }

    private async Task<LocalModel> Load()
    {
        LocalModel model = await LocalModel.LoadAsync(_fixture.FileOf(s_spec), new() { ContextLength = 512 });
        model.Engine.VerifiesCache = true;
        return model;
    }

    private string At(string name) => Path.Combine(_folder, name);
}
