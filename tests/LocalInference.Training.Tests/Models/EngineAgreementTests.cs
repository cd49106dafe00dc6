using LocalInference.Abstractions;
using LocalInference.Gguf;
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

        Assert.InRange(new EngineAgreement(pass, 2).Check(TrainingModels.Samples(512, 50)[0], model.Path), 0, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_adapter_does_in_the_engine_what_it_does_here(string name)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-adapter-").FullName;
        string path = Path.Combine(folder, "adapter.gguf");
        using (TrainableModel model = TrainingModels.Open(name))
        using (LoraAdapter adapter = new(model, s_options with { Rank = 6, RankStabilized = name is "tiny-qwen3" or "tiny-gemma3-window" }))
        {
            TrainingModels.FillRandomly(adapter.Parameters, 0.2f);
            adapter.Write(path);
            int[] tokens = TrainingModels.Samples(512, 40)[0].Tokens;
            float[] theirs = TrainingModels.ServedLogits(model.Path, tokens.AsSpan(0, tokens.Length - 1), 1, path);
            float[] without = TrainingModels.ServedLogits(model.Path, tokens.AsSpan(0, tokens.Length - 1), 1);

            Assert.InRange(TrainingModels.Distance(TrainingModels.Logits(model, tokens, asServed: true), theirs), 0, 1e-4);
            Assert.True(TrainingModels.Distance(theirs, without) > 0.1, "The adapter does nothing");
        }

        await using LocalModel engine = await LocalModel.LoadAsync(TrainingModels.FileOf(TrainingModels.Specs[name]));
        AdapterInfo info = await engine.LoadAdapterAsync(path);
        Assert.Equal(AdapterKind.Lora, info.Kind);
        Directory.Delete(folder, recursive: true);
    }

    // Served, these round activations to the type of the weights; so does what is compared.
    [Theory]
    [InlineData(TestArchitecture.Llama)]
    [InlineData(TestArchitecture.Gemma2)]
    public async Task Logits_of_quantized_weights_are_those_of_libllama(TestArchitecture architecture)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-quantized-").FullName;
        string path = Path.Combine(folder, "model.gguf");
        await ModelQuantizer.QuantizeAsync(TrainingModels.FileOf(TestModelSpec.AllTiny.First(s => s.Architecture == architecture) with { Name = $"half-{architecture}", WeightType = GgufTensorType.F16 }), path, new QuantizationOptions(QuantizationType.Q8_0));
        using (TrainableModel model = TrainableModel.Open(path))
        {
            int[] tokens = TrainingModels.Samples(512, 40)[0].Tokens;
            float[] theirs = TrainingModels.ServedLogits(path, tokens.AsSpan(0, tokens.Length - 1), 2);

            Assert.InRange(TrainingModels.Distance(TrainingModels.Logits(model, tokens, asServed: true, threads: 2), theirs), 0, 1e-4);
        }

        Directory.Delete(folder, recursive: true);
    }

    // Where GELU is, by its table of half precision: in place of which training's GELU leaves 1.3e-5, and of which libllama itself hits other
    // entries when it computes one token at a time (1.3e-3).
    [Theory]
    [MemberData(nameof(Names))]
    public void Logits_as_they_are_trained_with_differ_by_rounding(string name)
    {
        using TrainableModel model = TrainingModels.Open(name);
        int[] tokens = TrainingModels.Samples(512, 50)[0].Tokens;

        double difference = TrainingModels.Distance(TrainingModels.Logits(model, tokens, asServed: false), TrainingModels.Logits(model, tokens, asServed: true));

        Assert.InRange(difference, 0, model.Shape.Activation == GatedActivation.Gelu ? 0.03 : 1e-4);
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

        Assert.InRange(new EngineAgreement(pass, 1).Check(TrainingModels.Samples(512, 30)[0], model.Path), 0, 1e-5);
    }

    // Merged, libllama computes with other matrices and hits other entries of GELU's table: measured 4e-4.
    [Theory]
    [InlineData("tiny-phi3", 1e-4)]
    [InlineData("tiny-gemma2-window", 5e-3)]
    public async Task What_was_trained_is_what_is_merged(string name, double tolerance)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-merge-").FullName;
        string merged = Path.Combine(folder, "merged.gguf");
        string trained;
        string path = TrainingModels.FileOf(TrainingModels.Specs[name]);
        using (ModelTrainer trainer = ModelTrainer.Open(path, s_options with { Epochs = 10, LearningRate = 2e-2f, Threads = 1 }))
        {
            trained = (await trainer.TrainAsync(TrainingModels.Samples(512, 20, 30, 25), [], folder)).Path;
        }

        await AdapterMerger.MergeAsync(path, [new(trained)], merged);

        int[] tokens = TrainingModels.Samples(512, 40)[0].Tokens;
        float[] apart = TrainingModels.ServedLogits(path, tokens, 1, trained);
        Assert.InRange(TrainingModels.Distance(TrainingModels.ServedLogits(merged, tokens, 1), apart), 0, tolerance);
        Assert.True(TrainingModels.Distance(TrainingModels.ServedLogits(path, tokens, 1), apart) > 0.1, "Nothing was learned");
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("tiny-qwen2", 0.2f)]
    [InlineData("tiny-qwen2", 0.005f)]
    [InlineData("tiny-gemma2-window", 0.005f)]
    public void A_function_that_is_not_the_models_stops_the_job(string name, float change)
    {
        using TrainableModel model = TrainingModels.Open(name);
        using LoraAdapter adapter = new(model, s_options);
        TrainingModels.FillRandomly(adapter.Parameters, change);
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
}
