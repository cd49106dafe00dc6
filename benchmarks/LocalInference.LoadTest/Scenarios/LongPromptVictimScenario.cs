using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Scenarios;

/// <summary>
/// Streams that run when somebody else's long prompt arrives. What counts is the time between their tokens from its arrival to its
/// first token, against the time between them before.
/// <code>
/// streams   ▪▪▪▪▪▪▪▪▪▪▪▪▪▪ ▪  ▪  ▪  ▪  ▪  ▪  ▪  ▪ ▪▪▪▪
///           │ idle        │ during             │
///                         long prompt arrives  its first token
/// </code>
/// </summary>
internal sealed class LongPromptVictimScenario(ScenarioSettings settings) : IScenario
{
    public string Name => "long-prompt-victim";

    public string Description => $"{settings.Streams} running streams while a prompt of {settings.LongPrompt} tokens arrives";

    public string Headline => MetricNames.DuringP99;

    public async Task<ScenarioRun> RunAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Prompt[] all = [.. Enumerable.Range(0, settings.Streams).Select(_ => prompts.Next(settings.ShortPrompt))];
        Prompt longPrompt = prompts.Next(settings.LongPrompt);
        double now = LoadClock.Now;
        RequestLog[] streams = [.. all.Select(prompt => new RequestLog(prompt, settings.StreamGenerate, now))];
        Task running = Task.WhenAll(streams.Select(log => Task.Run(() => target.SendAsync(log, over.Token), cancellationToken)));
        await Task.WhenAll(streams.Select(static log => log.WaitForTokensAsync(1)));
        double allRun = LoadClock.Now;
        await Task.WhenAll(streams.Select(log => log.WaitForTokensAsync(settings.StreamIdle)));

        RequestLog victimizer = new(longPrompt, settings.Generate, LoadClock.Now);
        Task arrival = Task.Run(() => target.SendAsync(victimizer, cancellationToken), cancellationToken);
        await victimizer.WaitForTokensAsync(1);
        await arrival;
        int endedEarly = streams.Count(log => log.Ended > 0 && log.Ended < victimizer.FirstToken);
        await over.CancelAsync();
        await running;

        ScenarioRun run = ScenarioRun.Of([.. streams, victimizer]);
        double first = victimizer.FirstToken ?? throw new LoadTestException("The long prompt got no answer.");
        Describe(run.Metrics, streams, allRun, victimizer.Scheduled, first);
        run.Metrics[MetricNames.LongPromptFirstToken] = first - victimizer.Scheduled;
        run.Metrics[MetricNames.StreamsEndedEarly] = endedEarly;
        return run with { Marked = (victimizer.Scheduled, first) };
    }

    private static void Describe(SortedDictionary<string, double> metrics, RequestLog[] streams, double allRun, double arrived, double first)
    {
        double[] idle = [.. streams.SelectMany(log => Gaps(log, (from, to) => from >= allRun && to <= arrived)).Order()];

        // A gap belongs to the prompt if any of it does: a stream that stands still all the time has a single one.
        double[] during = [.. streams.SelectMany(log => Gaps(log, (from, to) => to > arrived && from < first)).Order()];
        if (idle.Length == 0 || during.Length == 0)
        {
            throw new LoadTestException("The streams were over before the long prompt was computed; give them more tokens.");
        }

        // The mean, because a reader that the system wakes late takes several tokens at once: half of its gaps can be nothing.
        metrics[MetricNames.IdleMean] = idle.Average();
        metrics[MetricNames.IdleP99] = Percentiles.Of(idle, 0.99);
        metrics[MetricNames.DuringP99] = Percentiles.Of(during, 0.99);
        metrics[MetricNames.DuringMost] = during[^1];
        metrics[MetricNames.DuringGaps] = during.Length;
        metrics[MetricNames.DuringOverIdle] = metrics[MetricNames.DuringP99] / metrics[MetricNames.IdleMean];
        metrics[MetricNames.DuringOverIdleP99] = metrics[MetricNames.DuringP99] / metrics[MetricNames.IdleP99];
    }

    private static IEnumerable<double> Gaps(RequestLog log, Func<double, double, bool> within) =>
        log.Gaps.Zip(log.GapEnds).Where(gap => within(gap.Second - gap.First, gap.Second)).Select(static gap => gap.First);
}
