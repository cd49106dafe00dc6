using System.Collections;
using System.Text.Json;
using LocalInference.Native;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Runs;

/// <summary>The loop over steps, interrupted where nobody outside can tell when.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private static readonly TrainingOptions s_options = new() { Rank = 4, Alpha = 8, Epochs = 3, BatchSize = 2, LearningRate = 5e-3f, EvaluationInterval = 2, CheckpointInterval = 100, Threads = 1 };
    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(512, 20, 31, 8, 12);
    private static readonly TrainingSample[] s_validation = TrainingModels.Samples(512, 20, 31);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-steps-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_evaluation_that_is_cancelled_is_made_up_for()
    {
        RunState whole = Train("whole", s_validation, CancellationToken.None);
        using CancellationTokenSource cancellation = new();

        Assert.ThrowsAny<OperationCanceledException>(() => Train("parts", new CancellingSamples(s_validation, cancellation), cancellation.Token));
        Assert.Single(Metrics("parts"));
        RunState resumed = Train("parts", s_validation, CancellationToken.None);

        Assert.Equal(6, whole.Step);
        Assert.Equal(whole, resumed);
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "whole", "adapter.gguf")), File.ReadAllBytes(Path.Combine(_folder, "parts", "adapter.gguf")));
        Assert.Equal(Metrics("whole"), Metrics("parts"));
    }

    private RunState Train(string run, IReadOnlyList<TrainingSample> validation, CancellationToken cancellationToken)
    {
        using TrainableModel model = TrainingModels.Open("tiny-llama-chat");
        using LoraAdapter adapter = new(model, s_options);
        using CpuBackend backend = new(threads: 1);
        using ModelPass pass = TrainingModels.Pass(model, backend);
        using Optimizer optimizer = new(adapter.Parameters, s_options.WeightDecay);
        using RunDirectory directory = new(Path.Combine(_folder, run), adapter.FileName);
        Checkpoint checkpoint = new(directory.CheckpointPath, "the same");
        RunState state = checkpoint.Exists ? checkpoint.Read(adapter.Parameters, optimizer) : new RunState();
        directory.Begin("{}"u8.ToArray(), state);
        TrainingRun training = new(
            new GradientComputer(pass, adapter.Parameters, s_options),
            adapter,
            optimizer,
            new StepPlan(s_samples, s_options),
            validation,
            s_options,
            directory,
            checkpoint,
            new RunClock(TimeProvider.System));
        return training.Run(state, progress: null, cancellationToken);
    }

    // Of each step what does not depend on the machine.
    private string[] Metrics(string run) =>
    [
        .. File.ReadLines(Path.Combine(_folder, run, "metrics.jsonl")).Select(static line =>
        {
            JsonElement step = JsonDocument.Parse(line).RootElement;
            string validation = step.TryGetProperty("validation_loss", out JsonElement loss) ? loss.GetRawText() : "";
            return $"{step.GetProperty("step")} {step.GetProperty("loss")} {step.GetProperty("learning_rate")} {step.GetProperty("gradient_norm")} {step.GetProperty("tokens")} {validation}";
        }),
    ];

    // Cancelled by whoever begins to read them, which only an evaluation does.
    private sealed class CancellingSamples(TrainingSample[] samples, CancellationTokenSource cancellation) : IReadOnlyList<TrainingSample>
    {
        public int Count => samples.Length;

        public TrainingSample this[int index] => samples[index];

        public IEnumerator<TrainingSample> GetEnumerator()
        {
            cancellation.Cancel();
            return ((IEnumerable<TrainingSample>)samples).GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
