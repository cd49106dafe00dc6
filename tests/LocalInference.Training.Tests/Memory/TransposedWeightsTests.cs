using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Memory;

/// <summary>Gradients through rounded transposed matrices against those through exact ones.</summary>
public sealed class TransposedWeightsTests
{
    private static readonly TrainingOptions s_options = new() { Rank = 4 };

    // Matrices of more rows than a strip, so that strips have to meet, and of whole blocks, so that all can have copies.
    private static readonly TestModelSpec s_spec = TestModelSpec.Llama with { Name = "training-f16", WeightType = GgufTensorType.F16, VocabularySize = 1216, FeedForwardLength = 160 };

    [Theory]
    [InlineData(BackwardPrecision.Q8, 0.999)]
    [InlineData(BackwardPrecision.BF16, 0.99999)]
    [InlineData(BackwardPrecision.Mixed, 0.999)]
    public void They_point_where_the_exact_gradient_does(BackwardPrecision precision, double least)
    {
        float[] exact = Gradient(BackwardPrecision.OnTheFly);
        float[] rounded = Gradient(precision);

        double cosine = BackwardChoice.Cosine(exact, rounded);
        Assert.InRange(cosine, least, 1.0000001);
        Assert.NotEqual(exact, rounded);
    }

    [Fact]
    public async Task By_itself_the_exact_gradient_is_taken_where_it_costs_nothing()
    {
        string folder = Directory.CreateTempSubdirectory("localinference-transposed-").FullName;
        using ModelTrainer trainer = ModelTrainer.Open(TrainingModels.FileOf(s_spec), s_options with { MaxSteps = 2 });

        TrainingResult result = await trainer.TrainAsync(TrainingModels.Samples(1200, 30, 20), [], folder);

        Assert.Equal(ProductKernel.IsSupported ? BackwardPrecision.OnTheFly : BackwardPrecision.Q8, result.Backward);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("training-f16", 0)]
    [InlineData("training-f16", 0.1f)]
    [InlineData("tiny-qwen3", 0)]
    [InlineData("tiny-qwen3", 0.1f)]
    public void The_estimate_is_what_is_allocated(string name, float dropout)
    {
        using TrainableModel model = TrainableModel.Open(TrainingModels.FileOf(name == s_spec.Name ? s_spec : TrainingModels.Specs[name]));
        TrainingSample[] samples = TrainingModels.Samples(512, 200, 150);
        foreach (bool checkpointing in new[] { false, true })
        {
            TrainingOptions options = s_options with { Checkpointing = checkpointing, Dropout = dropout };
            TrainingEstimate estimate = TrainingModels.Need(model, options, PreparedSamples.Of(samples, model.Shape, 512)).Estimate();
            using LoraAdapter adapter = new(model, options);
            using CpuBackend backend = new(threads: 1);
            using TransposedWeights transposed = new([.. model.Matrices], ggml_type.GGML_TYPE_Q8_0, 1);
            TapeRunner runner = new(backend);
            using ModelPass pass = new(model, runner, checkpointing);
            new GradientComputer(pass, adapter.Parameters, options).AddGradients([samples], 0, CancellationToken.None);

            Assert.Equal(4L * sizeof(float) * adapter.Parameters.Values.Length, estimate.ParameterBytes);
            long kept = checkpointing ? (model.Shape.Layers + 2) * HostTensors.Size(ggml_type.GGML_TYPE_F32, model.Shape.Width, 348) : 0;
            double ratio = (double)estimate.ActivationBytes / (runner.BufferBytes + kept);
            Assert.True(ratio is > 0.9 and < 1.1, $"{estimate.ActivationBytes} estimated, {runner.BufferBytes} + {kept} allocated, checkpointing {checkpointing}");
        }
    }

    [Fact]
    public void More_numbers_than_an_array_holds_are_refused()
    {
        NativeRuntime.Get();

        TrainingException e = Assert.Throws<TrainingException>(() => ParameterSet.Bytes([new ParameterDefinition("large", 1 << 20, 1 << 11)]));

        Assert.Equal(("training_option", "2147483648"), (e.Code, e.Value));
    }

    private static unsafe float[] Gradient(BackwardPrecision precision)
    {
        using TrainableModel model = TrainableModel.Open(TrainingModels.FileOf(s_spec));
        using LoraAdapter adapter = new(model, s_options);
        TrainingModels.FillRandomly(adapter.Parameters, 0.1f);
        using CpuBackend backend = new(threads: 2);
        using ModelPass pass = TrainingModels.Pass(model, backend);
        ggml_type? type = TransposedWeights.TypeOf(precision);
        using TransposedWeights? transposed = type is { } stored ? new(Copied(model, precision, stored), stored, 2) : null;
        Assert.Equal(precision == BackwardPrecision.Mixed, model.Matrices.Select(static m => m.Transposed != null).Distinct().Count() == 2);
        new GradientComputer(pass, adapter.Parameters, s_options).AddGradients([TrainingModels.Samples(1200, 60, 9)], 0, CancellationToken.None);
        return adapter.Parameters.Gradients.ToArray();
    }

    // Of a mixed run those that fit into half of the memory.
    private static IReadOnlyList<Weight> Copied(TrainableModel model, BackwardPrecision precision, ggml_type type) =>
        TransposedWeights.Choose(model.Matrices, type, precision == BackwardPrecision.Mixed ? TransposedWeights.Bytes(model.Matrices, type) / 2 : long.MaxValue);
}
