using System.Globalization;

namespace LocalInference.LoadTest.Storm;

/// <summary>Many clients at the same time on one server, and what must hold while and after they are there.</summary>
internal sealed class StormRun(Uri server, StormSettings settings, int? processId)
{
    // What is left in the queue when the last client has gone is given up within a step.
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(100);

    private readonly StormTally _tally = new();
    private readonly MemoryWatch? _memory = processId is { } id ? new MemoryWatch(id) : null;

    /// <summary>How often each thing came out: a status, <c>left</c> before the end, <c>broken</c>.</summary>
    public IReadOnlyDictionary<string, int> Outcomes => _tally.Outcomes;

    /// <summary>MiB of the server's process at the middle of each third of the time; <see langword="null"/>: nobody knows the process.</summary>
    public (double First, double Second, double Third)? Memory => _memory?.Thirds;

    /// <summary>Runs it.</summary>
    /// <returns>What must not be; empty: all is well.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        using (var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            over.CancelAfter(settings.Duration);
            Task watching = _memory?.RunAsync(over.Token) ?? Task.CompletedTask;
            await Task.WhenAll(Enumerable.Range(0, settings.Connections).Select(number => Task.Run(() => ConnectAsync(number, over.Token), CancellationToken.None)));
            await watching;
        }

        cancellationToken.ThrowIfCancellationRequested();
        List<string> problems = [.. _tally.Problems];
        if (_memory?.Problem is { } grown)
        {
            problems.Add(grown);
        }

        if (await LeftoverAsync(cancellationToken) is { } leaked)
        {
            problems.Add(leaked);
        }

        return problems;
    }

    private async Task ConnectAsync(int number, CancellationToken over)
    {
        using var connection = new StormConnection(server, settings, _tally, number);
        await connection.RunAsync(over);
    }

    // The server's own word for what it still computes.
    private async Task<string?> LeftoverAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = server };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_settling);
        while (true)
        {
            double left = Count(await http.GetStringAsync("/metrics", cancellationToken));
            if (left == 0)
            {
                return null;
            }

            if (limit.IsCancellationRequested)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{left} requests are still there {s_settling.TotalSeconds:0} s after the last client has gone");
            }

            await Task.Delay(s_poll, cancellationToken);
        }
    }

    private static double Count(string metrics) => metrics.Split('\n')
        .Where(static line => line.StartsWith("localinference_model_requests_running{", StringComparison.Ordinal) || line.StartsWith("localinference_model_requests_waiting{", StringComparison.Ordinal))
        .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
