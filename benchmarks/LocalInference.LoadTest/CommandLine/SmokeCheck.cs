using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>What has to hold of a run on any machine.</summary>
internal static class SmokeCheck
{
    // As the bar of the shared prefix says: what is computed beyond what is unique. Less than that cannot be, so it would be
    // a mistake of the count, or of prompts that were there before.
    private const double MostBeyondUnique = 1.05;

    /// <summary>What does not hold, in sentences.</summary>
    public static IEnumerable<string> Of(IScenario scenario, ScenarioRun run, ScenarioSettings settings) =>
        Problems(scenario, run, settings).Select(problem => $"{scenario.Name}: {problem}");

    private static IEnumerable<string> Problems(IScenario scenario, ScenarioRun run, ScenarioSettings settings)
    {
        foreach (RequestLog request in run.Requests.Where(static request => !request.Cancelled))
        {
            if (request.GeneratedTokens != request.MaxTokens || request.Gaps.Count != request.MaxTokens - 1)
            {
                yield return $"{request.GeneratedTokens} tokens and {request.Gaps.Count} gaps, not {request.MaxTokens} tokens";
            }

            if (request.PromptTokens != request.Prompt.Tokens?.Count)
            {
                yield return $"a prompt of {request.Prompt.Tokens?.Count} tokens counted as {request.PromptTokens}";
            }
        }

        foreach ((string name, double value) in run.Metrics.Where(static metric => !double.IsFinite(metric.Value) || metric.Value < 0))
        {
            yield return $"{name} is {value}";
        }

        int expected = scenario switch
        {
            PlainScenario => settings.Requests,
            SharedPrefixScenario => settings.SharedRequests,
            LongPromptVictimScenario => settings.Streams + 1,
            _ => settings.Turns,
        };
        if (run.Requests.Count != expected)
        {
            yield return $"{run.Requests.Count} requests, not {expected}";
        }

        foreach (string metric in new[] { MetricNames.ComputedOverUnique, MetricNames.ComputedOverNew })
        {
            if (run.Metrics.TryGetValue(metric, out double computed) && (computed < 1 || computed > MostBeyondUnique))
            {
                yield return $"{metric} is {computed}";
            }
        }
    }
}
