using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Scenarios;

/// <summary>
/// Requests that arrive at the same moment and begin with the same long prompt, which nobody has computed yet: a service that has
/// just started, and its system prompt.
/// </summary>
internal sealed class SharedPrefixScenario(ScenarioSettings settings) : IScenario
{
    public string Name => "shared-prefix";

    public string Description =>
        $"{settings.SharedRequests} simultaneous requests: {settings.SharedPrefix} tokens in common, {settings.SharedSuffix} of their own, {settings.SharedGenerate} generated";

    public string Headline => MetricNames.Total;

    public async Task<ScenarioRun> RunAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken)
    {
        Prompt prefix = prompts.Next(settings.SharedPrefix);
        Prompt[] all = [.. Enumerable.Range(0, settings.SharedRequests).Select(_ => prefix.Append(prompts.Next(settings.SharedSuffix)))];
        double now = LoadClock.Now;
        RequestLog[] logs = [.. all.Select(prompt => new RequestLog(prompt, settings.SharedGenerate, now))];
        await Task.WhenAll(logs.Select(log => Task.Run(() => target.SendAsync(log, cancellationToken), cancellationToken)));

        ScenarioRun run = ScenarioRun.Of(logs);
        if (run.Metrics.TryGetValue(MetricNames.ComputedPromptTokens, out double computed))
        {
            run.Metrics[MetricNames.ComputedOverUnique] = computed / (settings.SharedPrefix + (settings.SharedRequests * settings.SharedSuffix));
        }

        return run;
    }
}
