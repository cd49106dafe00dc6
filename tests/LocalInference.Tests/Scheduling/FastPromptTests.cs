using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

/// <summary>Prompts whose products are computed in managed code.</summary>
[Collection(ModelTests.Name)]
public sealed class FastPromptTests(ModelFixture fixture)
{
    public static TheoryData<string> Generators => [.. TestModelSpec.AllTiny.Where(s => s.Architecture != TestArchitecture.Bert).Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Generators))]
    public async Task Answers_are_those_that_libllama_gives(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        await using LocalModel model = await Load(spec, fastPrompts: true);
        int[][] prompts = [.. Enumerable.Range(0, 6).Select(i => Prompts.Of(i, 20 + (i * 60)))];

        int[][] answers = await Task.WhenAll(prompts.Select(prompt => model.GenerateAsync(prompt, Generations.Greedy(16)).Tokens()));

        for (int i = 0; i < prompts.Length; i++)
        {
            Assert.InRange(ReferenceLoop.WorstShortfall(fixture.FileOf(spec), prompts[i], answers[i]), 0, Prompts.Rounding);
        }
    }

    // llama.cpp rounds what it multiplies with F16 to F16; managed code does not. Few rows are llama.cpp's either way.
    [Theory]
    [InlineData(200, true)]
    [InlineData(47, false)]
    public async Task They_round_otherwise_and_hardly(int length, bool rounds)
    {
        TestModelSpec spec = TestModelSpec.Llama with { Name = "fast-f16", WeightType = GgufTensorType.F16 };
        await using LocalModel exact = await Load(spec, fastPrompts: false);
        await using LocalModel fast = await Load(spec, fastPrompts: true);

        float[] expected = await LogProbabilities(exact, length);
        float[] actual = await LogProbabilities(fast, length);

        Assert.All(expected.Zip(actual), static pair => Assert.InRange(pair.Second, pair.First - 0.01f, pair.First + 0.01f));
        Assert.Equal(rounds && ProductSubstitution.IsSupported(NativeRuntime.Get()), !expected.SequenceEqual(actual));
    }

    private static async Task<float[]> LogProbabilities(LocalModel model, int length)
    {
        List<GenerationUpdate> updates = await model.GenerateAsync(Prompts.Of(1, length), Generations.Greedy(1) with { LogProbabilities = 5 }).Collect();
        return [.. updates.Where(static u => u.Token is not null).SelectMany(static u => u.TopLogProbabilities).Select(static p => p.LogProbability)];
    }

    private Task<LocalModel> Load(TestModelSpec spec, bool fastPrompts) =>
        LocalModel.LoadAsync(fixture.FileOf(spec), new() { ContextLength = 512, Parallel = 6, FastPrompts = fastPrompts });
}
