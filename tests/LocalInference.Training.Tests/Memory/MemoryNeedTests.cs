using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Memory;

/// <summary>What a training is said to need before it begins, against what it takes; and what is refused for it.</summary>
public sealed class MemoryNeedTests
{
    private const int Vocabulary = 512;
    private const long Plenty = 1L << 50;

    private static readonly TrainingOptions s_options = new() { Rank = 4 };
    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(Vocabulary, 200, 150);

    // Many layers, because what is transposed at once is one matrix.
    private static readonly TestModelSpec s_deep = TestModelSpec.Llama with { Name = "deep-f16", WeightType = GgufTensorType.F16, BlockCount = 24 };

    public static TheoryData<string> Names => TrainingModels.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void The_estimate_is_what_a_step_allocates(string name)
    {
        using TrainableModel model = TrainingModels.Open(name);
        foreach (TrainingMode mode in Enum.GetValues<TrainingMode>())
        {
            foreach (bool checkpointing in new[] { false, true })
            {
                TrainingOptions options = s_options with { Mode = mode, Checkpointing = checkpointing };
                TrainingEstimate estimate = TrainingModels.Need(model, options, Prepared(model, s_samples)).Estimate();
                using ITrainedWeights trained = mode == TrainingMode.Full ? new FullWeights(model) : new LoraAdapter(model, options);
                using CpuBackend backend = new(threads: 1);
                TapeRunner runner = new(backend);
                using ModelPass pass = new(model, runner, checkpointing);
                new GradientComputer(pass, trained.Parameters, options).AddGradients([s_samples], 0, CancellationToken.None);

                Assert.Equal(4L * sizeof(float) * trained.Parameters.Values.Length, estimate.ParameterBytes);
                AssertNear(estimate.ActivationBytes, runner.BufferBytes + Kept(model, checkpointing ? model.Shape.Layers + 2 : 0), 0.9, 1.1, $"{mode}, checkpointing {checkpointing}");
            }
        }
    }

    // Many blocks of attention, each larger than the one before, and of the loss.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void So_it_is_for_long_samples(bool checkpointing)
    {
        const int Tokens = 1536;
        using TrainableModel model = TrainableModel.Open(TrainingModels.FileOf(TestModelSpec.Llama with { Name = "long", ContextLength = 2048 }));
        TrainingSample[] samples = TrainingModels.Samples(Vocabulary, Tokens + 1);
        TrainingOptions options = s_options with { Checkpointing = checkpointing, MaxLength = Tokens + 1 };
        using LoraAdapter adapter = new(model, options);
        using CpuBackend backend = new(threads: 2);
        TapeRunner runner = new(backend);
        using ModelPass pass = new(model, runner, checkpointing);
        new GradientComputer(pass, adapter.Parameters, options).AddGradients([samples], 0, CancellationToken.None);

        TrainingEstimate estimate = TrainingModels.Need(model, options, PreparedSamples.Of(samples, model.Shape, options.MaxLength)).Estimate();

        long kept = (checkpointing ? model.Shape.Layers + 2 : 0) * HostTensors.Size(ggml_type.GGML_TYPE_F32, model.Shape.Width, Tokens);
        AssertNear(estimate.ActivationBytes, runner.BufferBytes + kept, 0.9, 1.1, $"checkpointing {checkpointing}");
    }

    // Only where samples to measure on are much longer than those to learn from it decides anything.
    [Theory]
    [MemberData(nameof(Names))]
    public void Longer_samples_to_measure_on_count(string name)
    {
        using TrainableModel model = TrainingModels.Open(name);
        PreparedSamples shorter = Prepared(model, TrainingModels.Samples(Vocabulary, 10));
        foreach (bool checkpointing in new[] { false, true })
        {
            TrainingOptions options = s_options with { Checkpointing = checkpointing };
            using LoraAdapter adapter = new(model, options);
            using CpuBackend backend = new(threads: 1);
            TapeRunner runner = new(backend);
            using ModelPass pass = new(model, runner, checkpointing);
            new GradientComputer(pass, adapter.Parameters, options).Evaluate(s_samples, CancellationToken.None);

            TrainingEstimate estimate = TrainingModels.Need(model, options, shorter, s_samples).Estimate();

            Assert.True(estimate.ActivationBytes > TrainingModels.Need(model, options, shorter).Estimate().ActivationBytes);
            AssertNear(estimate.ActivationBytes, runner.BufferBytes + Kept(model, checkpointing ? 1 : 0), 0.9, 1.5, $"checkpointing {checkpointing}");
        }
    }

    [Fact]
    public async Task A_training_that_does_not_fit_is_refused_before_it_begins()
    {
        const int Length = 2_000_000;
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        string path = TrainingModels.FileOf(TrainingModels.Specs["tiny-llama"]);
        TrainingOptions options = s_options with { MaxLength = int.MaxValue };
        float[] weights = new float[Length];
        weights[^1] = 1;
        TrainingSample[] samples = [new(new int[Length], weights)];
        using ModelTrainer trainer = ModelTrainer.Open(path, options);

        TrainingException here = await Assert.ThrowsAsync<TrainingException>(() => trainer.TrainAsync(samples, [], folder));
        TrainingException there = await Assert.ThrowsAsync<TrainingException>(() => TrainingJob.RunAsync(path, options, samples, [], folder));

        Assert.Equal(("training_memory", "training_memory"), (here.Code, there.Code));
        Assert.Equal(trainer.Estimate(samples).TotalBytes, long.Parse(here.Value!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.False(Directory.Exists(folder));
    }

    // Between what copies of all matrices need and what none do.
    [Theory]
    [InlineData(0.99)]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void Where_copies_of_all_do_not_fit_some_are_made(double share)
    {
        using TrainableModel model = TrainableModel.Open(TrainingModels.FileOf(s_deep));
        long all = Deep(model, s_options, Plenty).Estimate().TotalBytes;
        long none = Deep(model, s_options with { Backward = BackwardPrecision.OnTheFly }, Plenty).Estimate().TotalBytes;
        long available = none + (long)(share * (all - none));

        TrainingEstimate mixed = Deep(model, s_options, available).Estimate();

        Assert.Equal(BackwardPrecision.Mixed, mixed.Backward);
        Assert.True(mixed.TotalBytes <= available, $"{mixed.TotalBytes} of {available}");
        IReadOnlyList<Weight> copied = TransposedWeights.Choose(model.Matrices, ggml_type.GGML_TYPE_Q8_0, mixed.TransposedBytes);
        Assert.Equal(mixed.TransposedBytes, TransposedWeights.Bytes(copied, ggml_type.GGML_TYPE_Q8_0));
        Assert.Contains(model.Output, copied);

        // What another matrix takes is not left, but for the tenth, and what the output took unpacked is used for others.
        long largest = model.Matrices.Except(copied).Max(static m => TransposedWeights.Bytes([m], ggml_type.GGML_TYPE_Q8_0));
        Assert.InRange(available - mixed.TotalBytes, 0, largest + ((available - mixed.TotalBytes + mixed.TransposedBytes) / 9));

        // A run that is resumed has the same copies, however much memory there is.
        RunState state = new() { Backward = mixed.Backward, TransposedBytes = mixed.TransposedBytes };
        Assert.Equal(mixed with { AvailableBytes = Plenty }, Deep(model, s_options, Plenty).Resumed(state));
    }

    [Fact]
    public void Where_no_copy_fits_matrices_are_transposed_on_the_fly()
    {
        using TrainableModel model = TrainableModel.Open(TrainingModels.FileOf(s_deep));
        TrainingEstimate copied = Deep(model, s_options, Plenty).Estimate();
        TrainingOptions mixed = s_options with { Backward = BackwardPrecision.Mixed };
        long none = Deep(model, s_options with { Backward = BackwardPrecision.OnTheFly }, Plenty).Estimate().TotalBytes;

        TrainingEstimate exact = Deep(model, s_options, none).Estimate();

        Assert.Equal(BackwardPrecision.Q8, copied.Backward);
        Assert.Equal(BackwardPrecision.Q8, Deep(model, s_options, copied.TotalBytes).Estimate().Backward);
        exact.RequireFit();
        Assert.Equal(copied with { Backward = BackwardPrecision.Mixed }, Deep(model, mixed, Plenty).Estimate());

        // Who asks for copies gets them, or an error.
        TrainingEstimate asked = Deep(model, s_options with { Backward = BackwardPrecision.Q8 }, copied.TotalBytes - 1).Estimate();
        Assert.Equal(BackwardPrecision.Q8, asked.Backward);
        Assert.Equal("training_memory", Assert.Throws<TrainingException>(() => asked.RequireFit()).Code);
    }

    [Fact]
    public void Copies_that_are_too_inexact_are_given_up_for_what_fits()
    {
        using TrainableModel model = TrainableModel.Open(TrainingModels.FileOf(s_deep));

        TrainingEstimate halves = Deep(model, s_options, Plenty).Fallback();
        TrainingEstimate exact = Deep(model, s_options, halves.TotalBytes - 1).Fallback();

        Assert.Equal(BackwardPrecision.BF16, halves.Backward);
        Assert.Equal(TransposedWeights.Bytes(model.Matrices, ggml_type.GGML_TYPE_BF16), halves.TransposedBytes);
        Assert.Equal(BackwardPrecision.BF16, Deep(model, s_options, halves.TotalBytes).Fallback().Backward);
        Assert.Equal((BackwardPrecision.OnTheFly, 0L), (exact.Backward, exact.TransposedBytes));
        exact.RequireFit();
    }

    // One matrix of a large vocabulary, unpacked, is more than copies of all.
    [Fact]
    public void Where_the_exact_gradient_does_not_fit_nothing_is_compared_with_it()
    {
        using TrainableModel model = TrainableModel.Open(TrainingModels.FileOf(TestModelSpec.Llama with { Name = "wide-f16", WeightType = GgufTensorType.F16, VocabularySize = 4096 }));
        PreparedSamples samples = Prepared(model, TrainingModels.Samples(Vocabulary, 20));
        long exact = Estimate(BackwardPrecision.OnTheFly, Plenty).TotalBytes;
        long halves = Estimate(BackwardPrecision.BF16, Plenty).TotalBytes;
        Assert.True(halves < exact, $"{halves} in BF16, {exact} on the fly");

        TrainingEstimate chosen = Estimate(BackwardPrecision.Auto, exact - 1);

        Assert.Equal(BackwardPrecision.Q8, Estimate(BackwardPrecision.Auto, exact).Backward);
        Assert.Equal((BackwardPrecision.BF16, halves), (chosen.Backward, chosen.TotalBytes));
        chosen.RequireFit();
        Assert.Equal("training_memory", Assert.Throws<TrainingException>(() => Estimate(BackwardPrecision.Auto, halves - 1).RequireFit()).Code);

        TrainingEstimate Estimate(BackwardPrecision backward, long available) =>
            new MemoryNeed(model, s_options with { Backward = backward, Checkpointing = false }, samples, [], available, hasProducts: false).Estimate();
    }

    // The probe's speed is that of a moment, on a machine with other work.
    [Fact]
    public void A_training_of_a_hundred_times_as_many_steps_takes_some_hundred_times_as_long()
    {
        TimeSpan one = Duration(10);
        TimeSpan hundred = Duration(1000);

        Assert.True(one > TimeSpan.Zero);
        Assert.InRange(hundred / one, 10, 1000);

        static TimeSpan Duration(int steps)
        {
            using ModelTrainer trainer = ModelTrainer.Open(TrainingModels.FileOf(TrainingModels.Specs["tiny-llama"]), s_options with { Epochs = 1000, MaxSteps = steps, Threads = 1 });
            return trainer.EstimateDuration(s_samples);
        }
    }

    private static MemoryNeed Deep(TrainableModel model, TrainingOptions options, long available) =>
        new(model, options with { Checkpointing = false }, Prepared(model, TrainingModels.Samples(Vocabulary, 20)), [], available, hasProducts: false);

    private static PreparedSamples Prepared(TrainableModel model, TrainingSample[] samples) => PreparedSamples.Of(samples, model.Shape, maxLength: 512);

    // What lies between layers, outside of the runner's memory.
    private static long Kept(TrainableModel model, int rows) => rows * HostTensors.Size(ggml_type.GGML_TYPE_F32, model.Shape.Width, s_samples.Sum(static s => s.Tokens.Length - 1));

    private static void AssertNear(long estimated, long allocated, double least, double most, string what)
    {
        double ratio = (double)estimated / allocated;
        Assert.True(ratio >= least && ratio <= most, $"{what}: {estimated} estimated, {allocated} allocated");
    }
}
