using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Models;

/// <summary>The trainer's function is libllama's: without an adapter, and with one that the engine has loaded.</summary>
public sealed class EngineAgreementTests
{
    private static readonly TrainingOptions s_options = new() { Rank = 4, Alpha = 8 };

    public static TheoryData<string> Names => TrainingModels.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_are_those_of_libllama(string name)
    {
        using TrainableModel model = TrainingModels.Open(name);
        using CpuBackend backend = new(threads: 2);
        using ModelPass pass = TrainingModels.Pass(model, backend);

        Assert.InRange(new EngineAgreement(pass, 2).Check(TrainingModels.Samples(512, 50)[0], model.Path), 0, TrainingModels.Rounding(model));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_adapter_does_in_the_engine_what_it_does_here(string name)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-adapter-").FullName;
        string path = Path.Combine(folder, "adapter.gguf");
        using (TrainableModel model = TrainingModels.Open(name))
        using (LoraAdapter adapter = new(model, s_options with { RankStabilized = name == "tiny-qwen3" }))
        using (CpuBackend backend = new(threads: 1))
        using (ModelPass pass = TrainingModels.Pass(model, backend))
        {
            TrainingModels.FillRandomly(adapter.Parameters, 0.2f);
            adapter.Write(path);
            int[] tokens = TrainingModels.Samples(512, 40)[0].Tokens;
            float[] all = new float[tokens.Length];
            Array.Fill(all, 1);
            using TokenBatch batch = new([new TrainingSample(tokens, all)], 1);
            float[] ours = pass.Logits(batch);
            float[] theirs = ReferenceLogits.Compute(model.Path, tokens.AsSpan(0, tokens.Length - 1), 1, path);
            float[] without = ReferenceLogits.Compute(model.Path, tokens.AsSpan(0, tokens.Length - 1), 1);

            Assert.InRange(ours.Zip(theirs, static (a, b) => Math.Abs(a - b)).Max(), 0, Tolerance(model));
            Assert.True(theirs.Zip(without, static (a, b) => Math.Abs(a - b)).Max() > 0.1, "The adapter does nothing");
        }

        await using LocalModel engine = await LocalModel.LoadAsync(TrainingModels.FileOf(TrainingModels.Specs[name]));
        AdapterInfo info = await engine.LoadAdapterAsync(path);
        Assert.Equal(AdapterKind.Lora, info.Kind);
        Directory.Delete(folder, recursive: true);
    }

    // By their layers: those of the largest Gemma 2 and Gemma 3.
    [Theory]
    [InlineData(TestArchitecture.Gemma2, 46)]
    [InlineData(TestArchitecture.Gemma3, 62)]
    public void The_largest_of_a_family_scales_scores_by_the_width(TestArchitecture architecture, int layers)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.First(s => s.Architecture == architecture) with { Name = $"large-{architecture}", BlockCount = layers, EmbeddingLength = 32, FeedForwardLength = 32 };
        using TrainableModel model = TrainableModel.Open(TrainingModels.FileOf(spec));
        using CpuBackend backend = new(threads: 1);
        using ModelPass pass = TrainingModels.Pass(model, backend);

        Assert.InRange(new EngineAgreement(pass, 1).Check(TrainingModels.Samples(512, 30)[0], model.Path), 0, 1e-3);
    }

    [Theory]
    [InlineData("tiny-phi3")]
    [InlineData("tiny-gemma2-window")]
    public async Task What_was_trained_is_what_is_merged(string name)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-merge-").FullName;
        string merged = Path.Combine(folder, "merged.gguf");
        string trained;
        double tolerance;
        string path = TrainingModels.FileOf(TrainingModels.Specs[name]);
        using (TrainableModel model = TrainableModel.Open(path))
        {
            tolerance = Tolerance(model);
        }

        using (ModelTrainer trainer = ModelTrainer.Open(path, s_options with { Epochs = 10, LearningRate = 2e-2f, Threads = 1 }))
        {
            trained = (await trainer.TrainAsync(TrainingModels.Samples(512, 20, 30, 25), [], folder)).Path;
        }

        await AdapterMerger.MergeAsync(path, [new(trained)], merged);

        int[] tokens = TrainingModels.Samples(512, 40)[0].Tokens;
        float[] apart = ReferenceLogits.Compute(path, tokens, 1, trained);
        Assert.InRange(ReferenceLogits.Compute(merged, tokens, 1).Zip(apart, static (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
        Assert.True(ReferenceLogits.Compute(path, tokens, 1).Zip(apart, static (a, b) => Math.Abs(a - b)).Max() > 0.1, "Nothing was learned");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_function_that_is_not_the_models_stops_the_job()
    {
        using TrainableModel model = TrainingModels.Open("tiny-qwen2");
        using LoraAdapter adapter = new(model, s_options);
        TrainingModels.FillRandomly(adapter.Parameters, 0.2f);
        using CpuBackend backend = new(threads: 1);
        using ModelPass pass = TrainingModels.Pass(model, backend);

        // The adapter is attached here and unknown there.
        TrainingException e = Assert.Throws<TrainingException>(() => new EngineAgreement(pass, 1).Check(TrainingModels.Samples(512, 20)[0], model.Path));

        Assert.Equal("training_check", e.Code);
    }

    [Theory]
    [InlineData(TestArchitecture.Mamba)]
    [InlineData(TestArchitecture.Bert)]
    public void Other_architectures_are_refused(TestArchitecture architecture)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.First(s => s.Architecture == architecture);

        TrainingException e = Assert.Throws<TrainingException>(() => TrainableModel.Open(TrainingModels.FileOf(spec)));

        Assert.Equal("training_model_unsupported", e.Code);
        Assert.Contains("llama", e.Limit, StringComparison.Ordinal);
    }

    // Of logits of some units. With GELU's table libllama differs from itself by 4e-4 when an adapter is merged.
    private static double Tolerance(TrainableModel model) => model.Shape.Activation == GatedActivation.Gelu ? 5e-3 : 1e-4;
}
