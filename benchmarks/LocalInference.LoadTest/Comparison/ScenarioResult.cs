using LocalInference.Compare;
using LocalInference.LoadTest.Peers;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Comparison;

/// <summary>A scenario as all sides did it.</summary>
internal sealed record ScenarioResult(IScenario Scenario, IReadOnlyList<ContestantResult> Contestants)
{
    public ContestantResult? Ours => Contestants.FirstOrDefault(static contestant => contestant.IsOurs);

    /// <summary>Whether there is anybody to compare ours with.</summary>
    public bool IsComparison => Contestants.Any(static contestant => !contestant.IsOurs);

    /// <summary>llama-server as people get it who set nothing.</summary>
    public ContestantResult? AsShipped => Contestants.FirstOrDefault(static contestant => contestant.Name == PeerVariant.AsShipped);

    /// <summary>The setting of llama-server whose median of a figure is lowest; <see langword="null"/>: none has the figure.</summary>
    public ContestantResult? Best(string metric) => Contestants.Where(contestant => !contestant.IsOurs && contestant.Figure(metric) is not null).MinBy(contestant => contestant.Figure(metric));

    /// <summary>
    /// Ours over theirs: the median of the ratios of the rounds, so that a machine that drifts from round to round moves both.
    /// <see langword="null"/>: there is no other side, or a round of either lacks the figure.
    /// </summary>
    public static double? Ratio(ContestantResult ours, ContestantResult? theirs, string metric) =>
        theirs?.Figure(metric) is null || ours.Figure(metric) is null
            ? null
            : Statistics.Median(ours.Rounds(metric).Zip(theirs.Rounds(metric), static (a, b) => a / b));
}
