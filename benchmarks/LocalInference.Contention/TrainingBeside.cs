using System.Diagnostics;
using LocalInference.Training;

namespace LocalInference.Contention;

/// <summary>A training in the worker, as a server starts one beside what it serves.</summary>
internal sealed class TrainingBeside : IAsyncDisposable, IProgress<TrainingProgress>
{
    private const int Samples = 16;

    // Short, so that many steps end within a measurement.
    private const int Tokens = 65;

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-contention-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<TrainingResult> _run;
    private long _tokens;

    private TrainingBeside(string model)
    {
        TrainingOptions options = new() { BatchSize = 1, Epochs = 1_000_000, CheckpointInterval = int.MaxValue };
        _run = TrainingJob.RunAsync(model, options, [.. Enumerable.Range(0, Samples).Select(Sample)], [], _folder, this, _stop.Token);
    }

    /// <summary>Starts a training of an adapter.</summary>
    /// <returns>The training, its first step done.</returns>
    public static async Task<TrainingBeside> StartAsync(string model)
    {
        TrainingBeside training = new(model);

        // A training that has ended by then has failed.
        await await Task.WhenAny(training._begun.Task, training._run);
        return training;
    }

    /// <summary>Tokens a second, in steps that end while something else is awaited.</summary>
    public async Task<double> Speed(Task meanwhile)
    {
        long before = Interlocked.Read(ref _tokens);
        long start = Stopwatch.GetTimestamp();
        await meanwhile;
        return (Interlocked.Read(ref _tokens) - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Report(TrainingProgress value)
    {
        Interlocked.Add(ref _tokens, value.Tokens);
        _begun.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }

        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Ids below 200 are in every vocabulary.
    private static TrainingSample Sample(int seed)
    {
        Random random = new(seed);
        return new TrainingSample([.. Enumerable.Range(0, Tokens).Select(_ => random.Next(200))], [.. Enumerable.Repeat(1f, Tokens)]);
    }
}
