using LocalInference.LoadTest.Comparison;

namespace LocalInference.LoadTest.Report;

/// <summary>One scenario, as the file has it.</summary>
internal sealed record ScenarioReport(string Name, string Description, IReadOnlyList<ContestantReport> Contestants)
{
    public static ScenarioReport Of(ScenarioResult result) =>
        new(result.Scenario.Name, result.Scenario.Description, [.. result.Contestants.Select(ContestantReport.Of)]);
}
