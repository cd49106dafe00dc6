namespace LocalInference.Tests;

internal static class EngineReadings
{
    /// <summary>What the engine did, read between two steps: who has an answer may have it before the step that ended it is counted.</summary>
    public static Task<EngineCounters> CountersBetweenSteps(this LocalModel model) =>
        model.Engine.RunAsync(_ => model.Engine.Counters);
}
