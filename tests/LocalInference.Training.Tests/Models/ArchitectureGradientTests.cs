using LocalInference.Native;

namespace LocalInference.Training.Tests.Models;

/// <summary>The gradient of a whole model against finite differences along it, and against itself computed in other ways.</summary>
public sealed class ArchitectureGradientTests
{
    private const int Vocabulary = 512;

    private static readonly TrainingOptions s_options = new() { Rank = 4, Alpha = 8 };

    public static TheoryData<string> Names => TrainingModels.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_the_slope_of_the_loss_for_an_adapter(string name)
    {
        using TrainableModel model = TrainingModels.Open(name);
        using LoraAdapter adapter = new(model, s_options);
        TrainingModels.FillRandomly(adapter.Parameters, 0.1f);

        CheckSlope(model, adapter);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_the_slope_of_the_loss_for_all_weights(string name)
    {
        using TrainableModel model = TrainingModels.Open(name);
        using FullWeights weights = new(model);

        CheckSlope(model, weights);
    }

    private static void CheckSlope(TrainableModel model, ITrainedWeights adapter)
    {
        using CpuBackend backend = new(threads: 1);
        using ModelPass pass = TrainingModels.Pass(model, backend);
        GradientComputer computer = new(pass, adapter.Parameters, s_options);
        TrainingSample[] samples = TrainingModels.Samples(Vocabulary, 20, 7, 2);
        computer.AddGradients([samples], 0, CancellationToken.None);
        float[] start = adapter.Parameters.Values.ToArray();
        double[] gradient = [.. adapter.Parameters.Gradients.ToArray().Select(static g => (double)g / GradientComputer.GradientScale)];
        double length = Math.Sqrt(gradient.Sum(static g => g * g));

        // Where the loss is steep it is also curved: no step changes it by more than some tenths.
        double step = Math.Min(0.02, 0.1 / length);
        double measured = ((4 * Slope(step)) - Slope(2 * step)) / 3;

        Assert.True(Math.Abs(measured - length) <= 1e-4 * length, $"{measured} is not {length}");

        double Slope(double distance) => (At(distance) - At(-distance)) / (2 * distance);

        double At(double distance)
        {
            for (int i = 0; i < start.Length; i++)
            {
                adapter.Parameters.Values[i] = (float)(start[i] + (distance * gradient[i] / length));
            }

            return computer.Evaluate(samples, CancellationToken.None);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Checkpointing_does_not_change_a_bit_of_the_gradient_of_all_weights(string name)
    {
        Assert.Equal(Gradient(checkpoint: false), Gradient(checkpoint: true));

        float[] Gradient(bool checkpoint)
        {
            using TrainableModel model = TrainingModels.Open(name);
            using FullWeights weights = new(model);
            using CpuBackend backend = new(checkpoint ? 2 : 1);
            using ModelPass pass = TrainingModels.Pass(model, backend, checkpoint);
            new GradientComputer(pass, weights.Parameters, s_options).AddGradients([TrainingModels.Samples(Vocabulary, 40, 7)], 0, CancellationToken.None);
            return weights.Parameters.Gradients.ToArray();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Checkpointing_and_threads_do_not_change_a_bit(string name)
    {
        float[] whole = Gradient(name, checkpoint: false, threads: 1, s_options, [TrainingModels.Samples(Vocabulary, 40, 7)]);

        Assert.Equal(whole, Gradient(name, checkpoint: true, threads: 1, s_options, [TrainingModels.Samples(Vocabulary, 40, 7)]));
        Assert.Equal(whole, Gradient(name, checkpoint: false, threads: 2, s_options, [TrainingModels.Samples(Vocabulary, 40, 7)]));
        Assert.Equal(whole, Gradient(name, checkpoint: true, threads: 3, s_options, [TrainingModels.Samples(Vocabulary, 40, 7)]));
        Assert.Contains(whole, static g => g != 0);
    }

    [Fact]
    public void Dropout_is_the_same_when_a_layer_is_computed_again()
    {
        TrainingOptions options = s_options with { Dropout = 0.3f };
        TrainingSample[][] batches = [TrainingModels.Samples(Vocabulary, 30)];

        float[] whole = Gradient("tiny-llama", checkpoint: false, threads: 1, options, batches);

        Assert.Equal(whole, Gradient("tiny-llama", checkpoint: true, threads: 2, options, batches));
        Assert.NotEqual(whole, Gradient("tiny-llama", checkpoint: false, threads: 1, s_options, batches));
    }

    [Fact]
    public void Accumulated_batches_are_one_batch()
    {
        TrainingSample[] samples = TrainingModels.Samples(Vocabulary, 33, 9, 50, 2);

        float[] one = Gradient("tiny-qwen3", checkpoint: false, threads: 2, s_options, [samples]);
        float[] four = Gradient("tiny-qwen3", checkpoint: false, threads: 2, s_options, [.. samples.Select(static s => new[] { s })]);

        Assert.True(Distance(one, four) <= 1e-5, $"{Distance(one, four)}");
    }

    [Fact]
    public void Samples_that_share_a_batch_do_not_see_each_other()
    {
        using TrainableModel model = TrainingModels.Open("tiny-llama-chat");
        using CpuBackend backend = new(threads: 1);
        using ModelPass pass = TrainingModels.Pass(model, backend);
        TrainingSample[] samples = TrainingModels.Samples(Vocabulary, 30, 17);

        TrainingSample[] others = [new([.. samples[0].Tokens.Select(static t => (t + 1) % Vocabulary)], samples[0].Weights), samples[1]];
        using TokenBatch both = new(samples, 1);
        using TokenBatch second = new(samples[1..], 1);
        using TokenBatch changed = new(others, 1);
        int first = TokenBatch.TargetCount(samples[0]);
        float[] together = pass.Losses(both)[first..];

        Assert.Equal(together, pass.Losses(changed)[first..]);

        // Alone, sums are taken over other lengths.
        Assert.All(pass.Losses(second).Zip(together), static pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void Targets_without_weight_have_no_part_in_the_gradient()
    {
        TrainingSample sample = TrainingModels.Samples(Vocabulary, 30)[0];
        int[] others = [.. sample.Tokens];
        float[] weights = [.. sample.Weights];
        Array.Clear(weights, 20, 10);

        // Nothing that counts is predicted from the last tokens, so what they are does not matter either.
        for (int i = 20; i < 30; i++)
        {
            others[i] = (others[i] + 1) % Vocabulary;
        }

        Assert.Equal(
            Gradient("tiny-llama", false, 1, s_options, [[new TrainingSample(sample.Tokens, weights)]]),
            Gradient("tiny-llama", false, 1, s_options, [[new TrainingSample(others, weights)]]));
    }

    internal static float[] Gradient(string name, bool checkpoint, int threads, TrainingOptions options, IReadOnlyList<TrainingSample[]> batches)
    {
        using TrainableModel model = TrainingModels.Open(name);
        using LoraAdapter adapter = new(model, options);
        TrainingModels.FillRandomly(adapter.Parameters, 0.1f);
        using CpuBackend backend = new(threads);
        using ModelPass pass = TrainingModels.Pass(model, backend, checkpoint);
        new GradientComputer(pass, adapter.Parameters, options).AddGradients(batches, 0, CancellationToken.None);
        return adapter.Parameters.Gradients.ToArray();
    }

    private static double Distance(float[] a, float[] b) =>
        Math.Sqrt(a.Zip(b, static (x, y) => Math.Pow((double)x - y, 2)).Sum() / a.Sum(static x => (double)x * x));
}
