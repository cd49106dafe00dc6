using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Scenarios;

/// <summary>
/// Requests that have nothing in common, arriving as a Poisson process whatever the server does (open loop), or each as soon as
/// one before it is answered (closed loop). An open loop shows what waiting costs; a closed one how much can be done.
/// </summary>
internal sealed class PlainScenario(ScenarioSettings settings) : IScenario
{
    public string Name => "plain";

    public string Description => settings.Rate > 0
        ? $"{settings.Requests} requests arriving at {settings.Rate:0.###} per second (Poisson), prompts of {settings.Prompt} tokens, {settings.Generate} generated"
        : $"{settings.Requests} requests, {settings.Users} at a time, prompts of {settings.Prompt} tokens, {settings.Generate} generated";

    public string Headline => MetricNames.Total;

    public async Task<ScenarioRun> RunAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken) =>
        ScenarioRun.Of(settings.Rate > 0
            ? await OpenLoopAsync(target, prompts, cancellationToken)
            : await ClosedLoopAsync(target, prompts, cancellationToken));

    private async Task<RequestLog[]> OpenLoopAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken)
    {
        Prompt[] all = Prompts(prompts);
        RequestLog[] logs = new RequestLog[all.Length];
        Task[] running = new Task[all.Length];
        double due = LoadClock.Now;
        for (int i = 0; i < all.Length; i++)
        {
            due += prompts.NextGap(settings.Rate).TotalMilliseconds;
            TimeSpan wait = TimeSpan.FromMilliseconds(Math.Max(0, due - LoadClock.Now));
            await Task.Delay(wait, cancellationToken);
            RequestLog log = logs[i] = new RequestLog(all[i], settings.Generate, due);
            running[i] = Task.Run(() => target.SendAsync(log, cancellationToken), cancellationToken);
        }

        await Task.WhenAll(running);
        return logs;
    }

    private async Task<RequestLog[]> ClosedLoopAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken)
    {
        Prompt[] all = Prompts(prompts);
        RequestLog[] logs = new RequestLog[all.Length];
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, settings.Users).Select(_ => Task.Run(
            async () =>
            {
                for (int i = Interlocked.Increment(ref next); i < all.Length; i = Interlocked.Increment(ref next))
                {
                    RequestLog log = logs[i] = new RequestLog(all[i], settings.Generate, LoadClock.Now);
                    await target.SendAsync(log, cancellationToken);
                }
            },
            cancellationToken)));
        return logs;
    }

    private Prompt[] Prompts(PromptSource prompts) => [.. Enumerable.Range(0, settings.Requests).Select(_ => prompts.Next(settings.Prompt))];
}
