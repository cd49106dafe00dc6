using System.ComponentModel;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// A training in a process of its own, the worker that travels beside the program: what ends that process, memory that runs out or an
/// abort in native code, is an error here. It gives way to other processes. Safe for concurrent use, each job in a directory of its own.
/// </summary>
public static class TrainingJob
{
    /// <summary>Whether the worker is there; it is not where a program is published as a single file.</summary>
    public static bool IsSupported => WorkerCommand.Find() is not null;

    /// <summary>Trains as <see cref="ModelTrainer.TrainAsync"/> does, with the same result bit for bit.</summary>
    /// <param name="model">Path of a GGUF file.</param>
    /// <param name="options">How to train.</param>
    /// <param name="samples">What to learn.</param>
    /// <param name="validation">What to measure on; empty: nothing.</param>
    /// <param name="directory">Where the run is kept; see <see cref="ModelTrainer.TrainAsync"/>. The samples lie there too until the process has read them.</param>
    /// <param name="progress">Told of each step, on a thread of its own. If it throws, the training is killed.</param>
    /// <param name="cancellationToken">Stops after the batch that is being computed; the checkpoint is written, so that it can be resumed.</param>
    /// <exception cref="TrainingException">
    /// As of <see cref="ModelTrainer.TrainAsync"/>; the process ended by itself (<c>training_crashed</c>), or there is none (<c>training_worker</c>).
    /// </exception>
    /// <exception cref="ModelNotFoundException">No file is there.</exception>
    /// <exception cref="ModelUnsupportedException">It is no model that llama.cpp can run.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<TrainingResult> RunAsync(
        string model,
        TrainingOptions options,
        IReadOnlyList<TrainingSample> samples,
        IReadOnlyList<TrainingSample> validation,
        string directory,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return Task.Factory.StartNew(
            () => Run(Path.GetFullPath(model), options, samples, validation, Path.GetFullPath(directory), progress, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private static TrainingResult Run(string model, TrainingOptions options, IReadOnlyList<TrainingSample> samples, IReadOnlyList<TrainingSample> validation, string directory, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        // What is wrong with the request is found here, where its error keeps its type.
        using (ModelTrainer trainer = ModelTrainer.Open(model, options))
        {
            trainer.Estimate(samples, validation).RequireFit();
        }

        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(directory);
        string file = SampleFile.NewPathIn(directory);
        try
        {
            SampleFile.Write(file, samples, validation);
            return Follow(new TrainJob(model, options, directory, file), progress, cancellationToken);
        }
        finally
        {
            // Still there if the worker never came to read it.
            SampleFile.Remove(file);
        }
    }

    private static TrainingResult Follow(TrainJob job, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        using WorkerProcess worker = Start(job);
        using CancellationTokenRegistration registration = cancellationToken.Register(worker.Cancel);
        return Last(worker, progress) switch
        {
            WorkerResult result => result.Result.Deserialize(TrainingJson.Default.TrainingResult)!,
            WorkerError { Code: "cancelled" } => throw new OperationCanceledException(cancellationToken),
            WorkerError error => throw ExceptionFactory.TrainingWorker(error.Code, error.Message, error.NextStep),
            _ => throw Crashed(worker),
        };
    }

    private static WorkerProcess Start(TrainJob job)
    {
        const string Reinstall = "Reinstall the program, or train in this process with ModelTrainer.";
        WorkerCommand command = WorkerCommand.Find() ?? throw ExceptionFactory.TrainingWorker("training_worker", "LocalInference.Worker is not beside the program", Reinstall);
        try
        {
            return WorkerProcess.Start(command, job, TrainingJson.Default.TrainJob);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw ExceptionFactory.TrainingWorker("training_worker", $"'{command.FileName}' cannot be started: {e.Message.TrimEnd('.')}", Reinstall);
        }
    }

    private static WorkerEvent? Last(WorkerProcess worker, IProgress<TrainingProgress>? progress)
    {
        WorkerEvent? last = null;
        try
        {
            while (worker.Read() is { } next)
            {
                last = next;
                if (next is WorkerReport report)
                {
                    progress?.Report(report.Value.Deserialize(TrainingJson.Default.TrainingProgress)!);
                }
            }
        }
        catch (JsonException)
        {
            // Half a line: it died while it wrote.
            return null;
        }

        return last;
    }

    private static TrainingException Crashed(WorkerProcess worker)
    {
        WorkerExit exit = worker.WaitForExit();
        string words = worker.LastWords.Length > 0 ? $" ({worker.LastWords})" : "";
        return ExceptionFactory.TrainingCrashed($"The training's process ended by {exit.Crash ?? $"exit code {exit.Code}"}{words}");
    }
}
