using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Charts;

/// <summary>The pictures of a scenario.</summary>
internal static class ScenarioCharts
{
    /// <summary>Writes them into a folder.</summary>
    public static void Save(ScenarioResult result, string folder)
    {
        IScenario scenario = result.Scenario;
        int rounds = result.Contestants[0].Runs.Count;
        if (result.Contestants.Count > 1)
        {
            BarChart.Draw($"{scenario.Name}: {Title(scenario.Headline)}", scenario.Description, rounds == 1 ? "ms, one round" : $"ms, median of {rounds} rounds; whiskers: lowest to highest", [.. result.Contestants.Select(contestant => Bar(contestant, scenario.Headline))])
                .Save(Path.Combine(folder, $"{scenario.Name}.svg"));
        }

        Distribution(result, "time to first token", static request => request.TimeToFirstToken is { } time ? [time] : [])
            .Save(Path.Combine(folder, $"{scenario.Name}-first-token.svg"));
        Distribution(result, "time between tokens", static request => request.Gaps)
            .Save(Path.Combine(folder, $"{scenario.Name}-inter-token.svg"));
        if (result.Contestants.All(static contestant => contestant.Runs[^1].Marked is not null))
        {
            Trace(result).Save(Path.Combine(folder, $"{scenario.Name}-trace.svg"));
        }
    }

    private static string Title(string metric) => metric switch
    {
        MetricNames.Total => "total time",
        MetricNames.DuringP99 => "p99 of the time between tokens",
        _ => metric,
    };

    private static ChartBar Bar(ContestantResult contestant, string metric)
    {
        IReadOnlyList<double> rounds = contestant.Rounds(metric);
        return new ChartBar(contestant.Name, contestant.Median[metric], rounds.Min(), rounds.Max(), contestant.IsOurs);
    }

    private static SvgCanvas Distribution(ScenarioResult result, string what, Func<RequestLog, IEnumerable<double>> values) =>
        new PlotChart($"{result.Scenario.Name}: {what}", result.Scenario.Description, "ms", "% of them that are no longer") { LogarithmicX = true }
            .Draw([.. result.Contestants.Select(contestant => ChartSeries.Distribution(contestant.Name, contestant.Runs.SelectMany(static run => run.Requests).SelectMany(values)))]);

    // The last round, of ours and what people get otherwise; more of them hide each other.
    private static SvgCanvas Trace(ScenarioResult result)
    {
        ContestantResult[] shown = [.. new[] { result.Ours, result.AsShipped }.OfType<ContestantResult>()];
        return new PlotChart($"{result.Scenario.Name}: each token of the running streams", "Dashed: the first token of the long prompt, which arrives at 0", "s", "ms since the token before") { LogarithmicY = true, Dots = true }
            .Draw([.. (shown.Length > 0 ? shown : result.Contestants).Select(TraceOf)]);
    }

    private static ChartSeries TraceOf(ContestantResult contestant)
    {
        ScenarioRun run = contestant.Runs[^1];
        (double from, double to) = run.Marked!.Value;
        double shown = to + ((to - from) / 4);
        return new ChartSeries(
            contestant.Name,
            [.. run.Requests.Where(static request => request.Cancelled)
                .SelectMany(static request => request.GapEnds.Zip(request.Gaps))
                .Where(point => point.First > from - ((to - from) / 4) && point.First < shown)
                .Select(point => ((point.First - from) / 1000, point.Second))])
        {
            Mark = (to - from) / 1000,
        };
    }
}
