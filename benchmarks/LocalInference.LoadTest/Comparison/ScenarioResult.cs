using LocalInference.Compare;
using LocalInference.LoadTest.Peers;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Comparison;

/// <summary>A scenario as all sides did it.</summary>
internal sealed record ScenarioResult(IScenario Scenario, IReadOnlyList<ContestantResult> Contestants)
{
    public ContestantResult? Ours => Contestants.FirstOrDefault(static contestant => contestant.IsOurs);

    /// <summary>llama-server as people get it who set nothing.</summary>
    public ContestantResult? AsShipped => Contestants.FirstOrDefault(static contestant => contestant.Name == PeerVariant.AsShipped);

    /// <summary>The setting of llama-server whose median of a figure is lowest.</summary>
    public ContestantResult? Best(string metric) => Contestants.Where(static contestant => !contestant.IsOurs).MinBy(contestant => contestant.Median[metric]);

    /// <summary>
    /// Ours over theirs: the median of the ratios of the rounds, so that a machine that drifts from round to round moves both.
    /// </summary>
    public static double Ratio(ContestantResult ours, ContestantResult theirs, string metric) =>
        Statistics.Median(ours.Rounds(metric).Zip(theirs.Rounds(metric), static (a, b) => a / b));
}
