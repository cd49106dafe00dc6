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
        Task<WorkerEvent> work = Task.Factory.StartNew(() => Do(job, cancellation.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        if (Task.WaitAny(work, closed) == 1)
        {
            cancellation.Cancel();
            if (!work.Wait(s_grace, CancellationToken.None))
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
    private Func<CancellationToken, JsonElement>? Parse(string? line, out string problem)
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
                    return token => new ProbeBackend(events).Run(probe, token);
                case DescribeRuntimeJob.Name:
                    return _ => DescribeRuntime.Run(events);
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
}
