using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Scenarios;

/// <summary>
/// Requests one after the other that begin with the same long prompt, which the target has computed before: a system prompt, or a
/// document that is asked about. What counts is how soon the first token comes.
/// </summary>
internal sealed class WarmPrefixScenario(ScenarioSettings settings) : IScenario
{
    public string Name => "warm-prefix";

    public string Description =>
        $"{settings.WarmRequests} requests, one at a time, after {settings.WarmPrefix} tokens that are computed already, with {settings.ShortPrompt} of their own";

    public string Headline => $"{MetricNames.FirstToken}_p50_ms";

    public async Task<ScenarioRun> RunAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken)
    {
        Prompt prefix = prompts.Next(settings.WarmPrefix);
        await target.SendAsync(Request(prefix.Append(prompts.Next(settings.ShortPrompt))), cancellationToken);
        List<RequestLog> logs = [];
        for (int i = 0; i < settings.WarmRequests; i++)
        {
            RequestLog log = Request(prefix.Append(prompts.Next(settings.ShortPrompt)));
            logs.Add(log);
            await target.SendAsync(log, cancellationToken);
        }

        return ScenarioRun.Of(logs);
    }

    private RequestLog Request(Prompt prompt) => new(prompt, settings.WarmGenerate, LoadClock.Now);
}
