using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Runs;

/// <summary>A gradient that is not a number ends a run before it can spoil what has been learned.</summary>
public sealed class NonFiniteGradientTests : IDisposable
{
    private static readonly TrainingOptions s_options = new() { Rank = 4, Alpha = 8, Epochs = 1, BatchSize = 1, CheckpointInterval = 1, Threads = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-gradient-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void No_parameter_moves_and_no_checkpoint_is_written()
    {
        using TrainableModel model = TrainingModels.Open("tiny-llama");
        using LoraAdapter adapter = new(model, s_options);

        // A is huge and B is zero: the loss is that of the model, but the gradient of B is beyond what a float holds.
        foreach (ref float value in adapter.Parameters.Values)
        {
            value *= 1e37f;
        }

        float[] before = adapter.Parameters.Values.ToArray();
        using CpuBackend backend = new(threads: 1);
        using ModelPass pass = TrainingModels.Pass(model, backend);
        using Optimizer optimizer = new(adapter.Parameters, s_options.WeightDecay);
        using RunDirectory directory = new(_folder, adapter.FileName);
        Checkpoint checkpoint = new(directory.CheckpointPath, "the same");
        GradientComputer computer = new(pass, adapter.Parameters, s_options);
        float[] weights = new float[20];
        weights[^1] = 1;
        TrainingSample sample = new(TrainingModels.Samples(512, 20)[0].Tokens, weights);
        Assert.True(double.IsFinite(computer.AddGradients([[sample]], 0, CancellationToken.None)));
        TrainingRun run = new(computer, adapter, optimizer, new StepPlan([sample], s_options), [], s_options, directory, checkpoint, new RunClock(TimeProvider.System));

        TrainingException e = Assert.Throws<TrainingException>(() => run.Run(new RunState(), progress: null, CancellationToken.None));

        Assert.Equal("training_check", e.Code);
        Assert.Contains("gradient", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, adapter.Parameters.Values.ToArray());
        Assert.False(checkpoint.Exists);
    }
}
