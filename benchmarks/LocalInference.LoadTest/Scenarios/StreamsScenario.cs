using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Scenarios;

/// <summary>So many answers at the same time, of short prompts: how fast tokens come.</summary>
internal sealed class StreamsScenario(ScenarioSettings settings, int streams) : IScenario
{
    public string Name => $"streams-{streams}";

    /// <summary>Answers at the same time.</summary>
    public int Streams => streams;

    public string Description => $"{streams} at the same time: prompts of {settings.ShortPrompt} tokens, {settings.StreamLength} generated";

    public string Headline => MetricNames.Total;

    public async Task<ScenarioRun> RunAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken)
    {
        RequestLog[] logs = [.. Enumerable.Range(0, streams).Select(_ => new RequestLog(prompts.Next(settings.ShortPrompt), settings.StreamLength, LoadClock.Now))];
        await Task.WhenAll(logs.Select(log => Task.Run(() => target.SendAsync(log, cancellationToken), cancellationToken)));
        return ScenarioRun.Of(logs);
    }
}
