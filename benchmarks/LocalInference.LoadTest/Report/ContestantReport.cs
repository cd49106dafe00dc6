using LocalInference.LoadTest.Comparison;

namespace LocalInference.LoadTest.Report;

/// <summary>One side of a scenario, as the file has it.</summary>
internal sealed record ContestantReport(
    string Name,
    bool IsOurs,
    string Target,
    SortedDictionary<string, double> Median,
    IReadOnlyList<SortedDictionary<string, double>> Rounds)
{
    public static ContestantReport Of(ContestantResult result) =>
        new(result.Name, result.IsOurs, result.Target, result.Median, [.. result.Runs.Select(static run => run.Metrics)]);
}
