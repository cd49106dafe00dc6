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
}
