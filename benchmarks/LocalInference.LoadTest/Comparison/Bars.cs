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

    /// <summary>The bars of a scenario, as far as those took part whom they compare.</summary>
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

    private static IEnumerable<Bar> OfSharedPrefix(ScenarioResult result, ContestantResult ours)
    {
        if (ours.Median.TryGetValue(MetricNames.ComputedOverUnique, out double computed))
        {
            yield return new Bar("shared prefix: prompt tokens computed, over prefix + suffixes", computed, MostComputed, AtLeast: false, ours.Target);
        }

        if (result.Best(MetricNames.Total) is { } best)
        {
            yield return new Bar($"shared prefix: total time, over llama-server at its best ({best.Name})", ScenarioResult.Ratio(ours, best, MetricNames.Total), MostTimeOfBest, AtLeast: false, ours.Target);
        }
    }

    private static IEnumerable<Bar> OfVictim(ScenarioResult result, ContestantResult ours)
    {
        // The mean of idle steps is the stricter of the two readings of "idle"; over the idle p99 is among the figures.
        yield return new Bar("long-prompt victim: inter-token p99, over the idle mean", ours.Median[MetricNames.DuringOverIdle], MostOverIdle, AtLeast: false, ours.Target);
        if (result.AsShipped is { } shipped)
        {
            yield return new Bar("long-prompt victim: inter-token p99, over llama-server as shipped", ScenarioResult.Ratio(ours, shipped, MetricNames.DuringP99), MostOfShipped, AtLeast: false, ours.Target);
        }
    }

    private static IEnumerable<Bar> OfStreams(ScenarioResult result, ContestantResult ours, StreamsScenario streams)
    {
        if (result.Best(MetricNames.Total) is { } best)
        {
            double speed = 1 / ScenarioResult.Ratio(ours, best, MetricNames.Total);
            yield return new Bar($"{streams.Name}: tokens per second, over llama-server at its best ({best.Name})", speed, streams.Streams == 1 ? LeastSpeedOfOne : LeastSpeedOfMany, AtLeast: true, ours.Target);
        }

        if (ours.Median.TryGetValue(MetricNames.ManagedCpuPerToken, out double microseconds))
        {
            yield return new Bar($"{streams.Name}: managed CPU per streamed token, µs", microseconds, MostManagedMicroseconds, AtLeast: false, ours.Target);
        }
    }

    private static IEnumerable<Bar> OfWarmPrefix(ScenarioResult result, ContestantResult ours)
    {
        if (result.Best(result.Scenario.Headline) is { } best)
        {
            yield return new Bar($"warm prefix: time to first token, over llama-server at its best ({best.Name})", ScenarioResult.Ratio(ours, best, result.Scenario.Headline), MostTimeOfWarm, AtLeast: false, ours.Target);
        }
    }
}
