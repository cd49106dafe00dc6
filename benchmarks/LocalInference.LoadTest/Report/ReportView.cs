using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Report;

/// <summary>Results for a terminal.</summary>
internal static class ReportView
{
    private const int NameWidth = 38;

    // What belongs to single scenarios; the others have it not.
    private static readonly string[] s_special =
    [
        MetricNames.ComputedOverUnique, MetricNames.IdleMean, MetricNames.IdleP99, MetricNames.DuringP99, MetricNames.DuringMost,
        MetricNames.DuringOverIdle, MetricNames.DuringOverIdleP99, MetricNames.LongPromptFirstToken, MetricNames.StreamsEndedEarly,
        MetricNames.ComputedOverNew, MetricNames.LastTurnFirstToken, MetricNames.AnswerTokensUnknown,
    ];

    public static void Write(ScenarioResult result, TextWriter writer)
    {
        writer.WriteLine();
        writer.WriteLine($"{result.Scenario.Name}: {result.Scenario.Description}");
        writer.WriteLine($"  {"",-NameWidth} {"total",9} {"tokens/s",9} {"computed",9}   {"first token p50/p95/p99",-26} {"inter-token p50/p95/p99",-26} end-to-end p50/p95/p99, ms");
        foreach (ContestantResult contestant in result.Contestants)
        {
            SortedDictionary<string, double> median = contestant.Median;
            writer.WriteLine(
                $"  {contestant.Name,-NameWidth} {Figure(median, MetricNames.Total),9} {Figure(median, MetricNames.TokensPerSecond),9} {Figure(median, MetricNames.ComputedPromptTokens),9}   "
                + $"{Latency(median, MetricNames.FirstToken),-26} {Latency(median, MetricNames.InterToken),-26} {Latency(median, MetricNames.EndToEnd)}");
        }

        foreach (string metric in s_special.Where(metric => result.Contestants.Any(contestant => contestant.Median.ContainsKey(metric))))
        {
            writer.WriteLine($"  {metric}: {string.Join(", ", result.Contestants.Select(contestant => $"{contestant.Name} {Figure(contestant.Median, metric)}"))}");
        }
    }

    public static void Write(IEnumerable<Bar> bars, TextWriter writer)
    {
        writer.WriteLine();
        foreach (Bar bar in bars)
        {
            writer.WriteLine(bar);
        }
    }

    private static string Latency(SortedDictionary<string, double> metrics, string name) =>
        $"{Figure(metrics, $"{name}_p50_ms")} / {Figure(metrics, $"{name}_p95_ms")} / {Figure(metrics, $"{name}_p99_ms")}";

    private static string Figure(SortedDictionary<string, double> metrics, string name) =>
        metrics.TryGetValue(name, out double value) ? value.ToString(value < 100 ? "0.##" : "0", provider: null) : "–";
}
