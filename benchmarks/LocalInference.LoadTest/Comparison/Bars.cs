using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Comparison;

/// <summary>The bars that scenarios have.</summary>
internal static class Bars
{
    // Allows for the block in which sharing ends somewhere.
    private const double MostComputed = 1.05;
    private const double MostTimeOfBest = 0.35;
    private const double MostOverIdle = 5;
    private const double MostOfShipped = 0.10;
    private const double LeastSpeedOfOne = 1.00;
    private const double LeastSpeedOfMany = 1.05;
    private const double MostTimeOfWarm = 1.00;
    private const double MostManagedMicroseconds = 60;

    /// <summary>The bars of a scenario: all where llama-server took part, else those that compare with nobody. Some may lack their figure.</summary>
    public static IEnumerable<Bar> Of(ScenarioResult result)
    {
        if (result.Ours is not { } ours)
        {
            return [];
        }

        return result.Scenario switch
        {
            SharedPrefixScenario => OfSharedPrefix(result, ours),
            LongPromptVictimScenario => OfVictim(result, ours),
            StreamsScenario streams => OfStreams(result, ours, streams),
            WarmPrefixScenario => OfWarmPrefix(result, ours),
            _ => [],
        };
    }

    /// <summary>Fails where a bar is not met.</summary>
    /// <exception cref="LoadTestException">One is missed or has no figure, or there is none.</exception>
    public static void Require(IReadOnlyCollection<Bar> bars)
    {
        if (bars.Count == 0)
        {
            throw new LoadTestException("No bar was measured: none of the scenarios has one.");
        }

        string[] missed = [.. bars.Where(static bar => !bar.Met).Select(static bar => bar.Measured is null ? $"{bar.Name} (no figure)" : bar.Name)];
        if (missed.Length > 0)
        {
            throw new LoadTestException($"{missed.Length} of {bars.Count} bars were not met: {string.Join("; ", missed)}.");
        }
    }

    private static IEnumerable<Bar> OfSharedPrefix(ScenarioResult result, ContestantResult ours)
    {
        yield return new Bar("shared prefix: prompt tokens computed, over prefix + suffixes", ours.Figure(MetricNames.ComputedOverUnique), MostComputed, AtLeast: false, ours.Target);
        if (result.IsComparison)
        {
            ContestantResult? best = result.Best(MetricNames.Total);
            yield return new Bar($"shared prefix: total time, over {AtItsBest(best)}", ScenarioResult.Ratio(ours, best, MetricNames.Total), MostTimeOfBest, AtLeast: false, ours.Target);
        }
    }

    private static IEnumerable<Bar> OfVictim(ScenarioResult result, ContestantResult ours)
    {
        // The mean of idle steps is the stricter of the two readings of "idle"; over the idle p99 is among the figures.
        yield return new Bar("long-prompt victim: inter-token p99, over the idle mean", ours.Figure(MetricNames.DuringOverIdle), MostOverIdle, AtLeast: false, ours.Target);
        if (result.IsComparison)
        {
            yield return new Bar("long-prompt victim: inter-token p99, over llama-server as shipped", ScenarioResult.Ratio(ours, result.AsShipped, MetricNames.DuringP99), MostOfShipped, AtLeast: false, ours.Target);
        }
    }

    private static IEnumerable<Bar> OfStreams(ScenarioResult result, ContestantResult ours, StreamsScenario streams)
    {
        if (result.IsComparison)
        {
            ContestantResult? best = result.Best(MetricNames.Total);
            double? speed = 1 / ScenarioResult.Ratio(ours, best, MetricNames.Total);
            yield return new Bar($"{streams.Name}: tokens per second, over {AtItsBest(best)}", speed, streams.Streams == 1 ? LeastSpeedOfOne : LeastSpeedOfMany, AtLeast: true, ours.Target);
        }

        yield return new Bar($"{streams.Name}: managed CPU per streamed token, µs", ours.Figure(MetricNames.ManagedCpuPerToken), MostManagedMicroseconds, AtLeast: false, ours.Target);
    }

    private static IEnumerable<Bar> OfWarmPrefix(ScenarioResult result, ContestantResult ours)
    {
        if (result.IsComparison)
        {
            ContestantResult? best = result.Best(result.Scenario.Headline);
            yield return new Bar($"warm prefix: time to first token, over {AtItsBest(best)}", ScenarioResult.Ratio(ours, best, result.Scenario.Headline), MostTimeOfWarm, AtLeast: false, ours.Target);
        }
    }

    private static string AtItsBest(ContestantResult? best) => $"llama-server at its best{(best is null ? "" : $" ({best.Name})")}";
}
