using System.Diagnostics;
using System.Globalization;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Jobs;

/// <summary>
/// Trainings that are killed (SIGKILL) at a random moment and resumed. LOCALINFERENCE_TRAINING_KILLS says how often; three without it.
/// </summary>
[Collection(TrainingJobTests.Workers)]
public sealed class KillTests : IDisposable
{
    private static readonly TrainingOptions s_options = new()
    {
        Rank = 4,
        Epochs = 12,
        BatchSize = 2,
        Accumulate = 2,
        LearningRate = 5e-3f,
        Dropout = 0.1f,
        CheckpointInterval = 2,
        EvaluationInterval = 3,
        Threads = 1,
        Resume = true,
    };

    // Milliseconds: within a step, a checkpoint or an evaluation.
    private const int MostDelay = 40;

    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(512, 60, 61, 48, 52, 65, 57, 49, 54);
    private static readonly TrainingSample[] s_validation = TrainingModels.Samples(512, 30);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-kill-").FullName;

    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("LOCALINFERENCE_TRAINING_KILLS") ?? "3", CultureInfo.InvariantCulture);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_run_that_is_killed_and_resumed_is_one_run()
    {
        (byte[] whole, int events) = Whole();
        int interrupted = 0;

        // On a busy machine a kill may come too late; more are tried then.
        for (int kill = 0; kill < Kills || (interrupted < Kills / 2 && kill < 20 * Kills); kill++)
        {
            string run = Path.Combine(_folder, $"{kill}");
            ulong chance = RandomBits.Key(7, (ulong)kill);
            int after = 1 + (int)(chance % (ulong)(events - 2));
            interrupted += Kill(run, after, TimeSpan.FromMilliseconds((chance >> 32) % MostDelay)) ? 1 : 0;
            Finish(run);

            Assert.Equal(whole, File.ReadAllBytes(Path.Combine(run, "adapter.gguf")));
            Assert.Equal(24, File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length);
        }

        Assert.True(interrupted >= Kills / 2, $"{interrupted} of {Kills} were interrupted");
    }

    // A terminal sends Ctrl-C to all of its processes, and the one that started the worker closes its input then.
    [Fact]
    public void An_interrupt_leaves_time_for_the_checkpoint()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        string run = Path.Combine(_folder, "interrupted");
        string pid = Path.Combine(_folder, "pid");
        WorkerCommand command = WorkerCommand.Find()!;

        // A shell starts background jobs with the interrupt ignored, and whatever they start inherits that: tests too.
        WorkerCommand interruptible = new("env", ["--default-signal=INT", "sh", "-c", "echo $$ > \"$0\"; exec \"$@\"", pid, command.FileName, .. command.Arguments]);
        using WorkerProcess worker = Start(run, interruptible, s_options with { Epochs = 5000, EvaluationInterval = int.MaxValue });
        ReadReports(worker, 3);
        using (Process kill = Process.Start("kill", ["-INT", File.ReadAllText(pid).Trim()]))
        {
            kill.WaitForExit();
        }

        ReadReports(worker, 20);
        worker.Cancel();
        WorkerEvent? last = null;
        while (worker.Read() is { } next)
        {
            last = next;
        }

        Assert.Equal("cancelled", Assert.IsType<WorkerError>(last).Code);
        using GgufFile checkpoint = GgufFile.Open(Path.Combine(run, "checkpoint.gguf"));
        Assert.Equal(File.ReadAllLines(Path.Combine(run, "metrics.jsonl")).Length, (int)checkpoint.Metadata.GetUInt32("training.step"));
    }

    // The adapter of a run that nobody disturbs, and how often it told of itself.
    private (byte[] Adapter, int Events) Whole()
    {
        string run = Path.Combine(_folder, "whole");
        using WorkerProcess worker = Start(run);
        int events = 0;
        WorkerEvent? last = null;
        for (; worker.Read() is { } next; events++)
        {
            last = next;
        }

        Assert.IsType<WorkerResult>(last);
        return (File.ReadAllBytes(Path.Combine(run, "adapter.gguf")), events);
    }

    // Whether there was something to interrupt.
    private static bool Kill(string run, int afterEvents, TimeSpan delay)
    {
        using WorkerProcess worker = Start(run);
        for (int i = 0; i < afterEvents && worker.Read() is not null; i++)
        {
        }

        Thread.Sleep(delay);
        worker.Kill();
        return worker.WaitForExit().Code != 0;
    }

    private static void Finish(string run)
    {
        using WorkerProcess worker = Start(run);
        WorkerEvent? last = null;
        while (worker.Read() is { } next)
        {
            last = next;
        }

        Assert.True(last is WorkerResult, $"{last}, then exit code {worker.WaitForExit().Code}: {worker.LastWords}");
    }

    private static void ReadReports(WorkerProcess worker, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.IsType<WorkerReport>(worker.Read());
        }
    }

    private static WorkerProcess Start(string run) => Start(run, WorkerCommand.Find()!, s_options);

    private static WorkerProcess Start(string run, WorkerCommand command, TrainingOptions options)
    {
        Directory.CreateDirectory(run);
        string samples = SampleFile.NewPathIn(run);
        SampleFile.Write(samples, s_samples, s_validation);
        string model = TrainingModels.FileOf(TrainingModels.Specs["tiny-llama-chat"]);
        return WorkerProcess.Start(command, new TrainJob(model, options, run, samples), TrainingJson.Default.TrainJob);
    }
}
