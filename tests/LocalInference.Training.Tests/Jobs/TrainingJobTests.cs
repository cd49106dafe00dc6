using System.Diagnostics;
using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Jobs;

/// <summary>A training in the worker: the same result, and a process whose end is an error.</summary>
[Collection(Workers)]
public sealed class TrainingJobTests : IDisposable
{
    /// <summary>Tests that train in processes of their own: one of them kills whatever trains, so they run one after the other.</summary>
    internal const string Workers = "training processes";

    private static readonly TrainingOptions s_options = new() { Rank = 4, Epochs = 5, BatchSize = 2, LearningRate = 5e-3f, CheckpointInterval = 2, Threads = 1, MaxGradientNorm = float.PositiveInfinity };
    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(512, 20, 31, 8, 12);
    private static readonly TrainingSample[] s_validation = TrainingModels.Samples(512, 20);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-job-").FullName;

    private static string Model => TrainingModels.FileOf(TrainingModels.Specs["tiny-llama-chat"]);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_makes_what_a_training_in_this_process_makes()
    {
        List<TrainingProgress> here = [];
        List<TrainingProgress> there = [];
        using (ModelTrainer trainer = ModelTrainer.Open(Model, s_options))
        {
            await trainer.TrainAsync(s_samples, s_validation, In("here"), new Each(here.Add));
        }

        TrainingResult result = await TrainingJob.RunAsync(Model, s_options, s_samples, s_validation, In("there"), new Each(there.Add));

        Assert.True(TrainingJob.IsSupported);
        Assert.Equal(10, result.Steps);
        Assert.Equal(File.ReadAllBytes(Path.Combine(In("here"), "adapter.gguf")), File.ReadAllBytes(result.Path));
        Assert.Equal(here.Select(static s => (s.Step, s.Loss, s.ValidationLoss)), there.Select(static s => (s.Step, s.Loss, s.ValidationLoss)));
    }

    [Fact]
    public async Task A_cancelled_job_keeps_what_it_learned()
    {
        using CancellationTokenSource cancellation = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainingJob.RunAsync(
            Model, s_options with { Epochs = 5000 }, s_samples, [], In("run"), new Each(step => Cancel(step, 3, cancellation)), cancellation.Token));

        Assert.True(File.Exists(Path.Combine(In("run"), "checkpoint.gguf")));
        Assert.True(File.ReadAllLines(Path.Combine(In("run"), "metrics.jsonl")).Length >= 3);
    }

    [Fact]
    public async Task Wrong_requests_keep_their_type()
    {
        await Assert.ThrowsAsync<ModelNotFoundException>(() => TrainingJob.RunAsync(In("none.gguf"), s_options, s_samples, [], In("run")));
        TrainingException e = await Assert.ThrowsAsync<TrainingException>(() => TrainingJob.RunAsync(Model, s_options, [], [], In("run")));
        Assert.Equal("training_data", e.Code);
    }

    [Fact]
    public async Task What_fails_in_the_worker_keeps_its_code()
    {
        await TrainingJob.RunAsync(Model, s_options, s_samples, [], In("run"));

        TrainingException e = await Assert.ThrowsAsync<TrainingException>(() => TrainingJob.RunAsync(Model, s_options with { Resume = true, LearningRate = 1e-3f }, s_samples, [], In("run")));

        Assert.Equal("training_checkpoint", e.Code);
        Assert.EndsWith(e.NextStep, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_in_the_worker_is_said_though_its_folder_is_gone()
    {
        // Elsewhere a folder stays where it is while somebody has a file in it open.
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Checkpoints would make the folder anew.
        TrainingException e = await Assert.ThrowsAsync<TrainingException>(() => TrainingJob.RunAsync(
            Model, s_options with { Epochs = 5000, CheckpointInterval = int.MaxValue }, s_samples, [], In("run"), new Each(step => MoveAt(step, 1, In("run"), In("elsewhere")))));

        Assert.Equal("training_files", e.Code);
        Assert.False(Directory.Exists(In("run")));
    }

    [Fact]
    public async Task Two_trainings_do_not_share_a_folder()
    {
        TrainingException? refused = null;
        using CancellationTokenSource cancellation = new();
        using ModelTrainer trainer = ModelTrainer.Open(Model, s_options);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainingJob.RunAsync(
            Model,
            s_options with { Epochs = 5000 },
            s_samples,
            [],
            In("run"),
            new Each(step =>
            {
                if (step.Step == 1)
                {
                    refused = Assert.Throws<TrainingException>(() => trainer.Train(s_samples, [], In("run"), null, CancellationToken.None));
                    cancellation.Cancel();
                }
            }),
            cancellation.Token));

        Assert.Equal("training_directory_busy", refused!.Code);
    }

    [Fact]
    public async Task A_process_that_is_killed_is_an_error()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        TrainingException e = await Assert.ThrowsAsync<TrainingException>(() => TrainingJob.RunAsync(
            Model, s_options with { Epochs = 5000 }, s_samples, [], In("run"), new Each(static step => KillWorkerAt(step, 2))));

        Assert.Equal("training_crashed", e.Code);
        Assert.Contains("SIGKILL", e.Message, StringComparison.Ordinal);
        Assert.Contains("--resume", e.NextStep, StringComparison.Ordinal);
    }

    private static void Cancel(TrainingProgress step, int at, CancellationTokenSource cancellation)
    {
        if (step.Step == at)
        {
            cancellation.Cancel();
        }
    }

    private static void MoveAt(TrainingProgress step, int at, string from, string to)
    {
        if (step.Step == at)
        {
            Directory.Move(from, to);
        }
    }

    // Only children of this process, and of those only workers that train: other tests have children as well.
    private static void KillWorkerAt(TrainingProgress step, int at)
    {
        if (step.Step != at)
        {
            return;
        }

        foreach (int child in Directory.GetDirectories("/proc/self/task").SelectMany(static task => Children(Path.Combine(task, "children"))))
        {
            if (Read($"/proc/{child}/cmdline").Contains("LocalInference.Worker", StringComparison.Ordinal))
            {
                using Process worker = Process.GetProcessById(child);
                worker.Kill();
            }
        }
    }

    private static IEnumerable<int> Children(string path) =>
        Read(path).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static p => int.Parse(p, CultureInfo.InvariantCulture));

    // Threads and processes of other tests come and go meanwhile: what has gone has nothing to say.
    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private string In(string name) => Path.Combine(_folder, name);

    private sealed class Each(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
