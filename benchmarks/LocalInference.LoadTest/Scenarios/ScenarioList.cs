namespace LocalInference.LoadTest.Scenarios;

/// <summary>All scenarios.</summary>
internal static class ScenarioList
{
    /// <summary>Their names, in the order in which they run.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Of(new ScenarioSettings()).Select(static scenario => scenario.Name)];

    /// <summary>All of them with these sizes.</summary>
    public static IReadOnlyList<IScenario> Of(ScenarioSettings settings) =>
        [new PlainScenario(settings), new SharedPrefixScenario(settings), new LongPromptVictimScenario(settings), new AgentLoopScenario(settings)];
}
