using System.Text.Json;
using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>
/// Takes one job from standard input, runs it and says what came of it. Whoever started the worker holds its standard input
/// open: when that ends, by a wish to cancel or because the host is gone, the job ends too.
/// </summary>
internal sealed class JobHost(Stream input, EventWriter events)
{
    private const int Success = 0;
    private const int Failure = 1;
    private const int WrongUsage = 2;

    // How long a job may take to notice that it was cancelled; one inside a native call may never notice.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    // A training ends with the batch that it computes, and writes its checkpoint.
    private static readonly TimeSpan s_trainingGrace = TimeSpan.FromMinutes(10);

    public int Run()
    {
        using var reader = new StreamReader(input, leaveOpen: true);
        if (Parse(reader.ReadLine(), out string problem) is not { } job)
        {
            events.Write(new WorkerError("bad_job", problem, "Start the worker through LocalInference, or write one job as a line of JSON to its standard input."));
            return WrongUsage;
        }

        using var cancellation = new CancellationTokenSource();
        Task closed = Task.Factory.StartNew(() => WaitForEnd(reader), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task<WorkerEvent> work = Task.Factory.StartNew(() => Do(job.Run, cancellation.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        if (Task.WaitAny(work, closed) == 1)
        {
            cancellation.Cancel();
            if (!work.Wait(job.Grace, CancellationToken.None))
            {
                events.Write(Cancelled());
                return Failure;
            }
        }

        WorkerEvent last = work.Result;
        events.Write(last);
        return last is WorkerResult ? Success : Failure;
    }

    // The job, bound to its arguments; null and the problem when the line is not a job we know.
    private Job? Parse(string? line, out string problem)
    {
        problem = "";
        try
        {
            JsonElement json = JsonDocument.Parse(line ?? "").RootElement;
            string? name = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("job", out JsonElement value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
            switch (name)
            {
                case ProbeBackendJob.Name:
                    ProbeBackendJob probe = json.Deserialize(WorkerJson.Default.ProbeBackendJob)!;
                    return new Job(token => new ProbeBackend(events).Run(probe, token), s_grace);
                case DescribeRuntimeJob.Name:
                    return new Job(_ => DescribeRuntime.Run(events), s_grace);
                case TrainModel.Name:
                    return new Job(token => TrainModel.Run(json, events, token), s_trainingGrace);
                default:
                    problem = name is null ? "The first line of standard input names no job" : $"There is no job '{name}'";
                    return null;
            }
        }
        catch (JsonException e)
        {
            problem = $"The first line of standard input is not a job: {e.Message}";
            return null;
        }
    }

    private static WorkerEvent Do(Func<CancellationToken, JsonElement> job, CancellationToken token)
    {
        try
        {
            return new WorkerResult(job(token));
        }
        catch (OperationCanceledException)
        {
            return Cancelled();
        }
        catch (JobFailedException e)
        {
            return e.Error;
        }
    }

    private static WorkerError Cancelled() => new("cancelled", "The job was cancelled", "Start it again.");

    private static void WaitForEnd(StreamReader reader)
    {
        while (reader.ReadLine() is not null)
        {
            // Nothing is said after the job but the end.
        }
    }

    // What to do, and how long it may take to stop.
    private sealed record Job(Func<CancellationToken, JsonElement> Run, TimeSpan Grace);
}
