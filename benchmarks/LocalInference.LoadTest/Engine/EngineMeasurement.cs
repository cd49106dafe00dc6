using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Scenarios;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Engine;

/// <summary>What is measured of the engine alone, without a scenario.</summary>
internal sealed class EngineMeasurement(InProcessTarget target, PromptSource prompts)
{
    private const int MicrosecondsPerMillisecond = 1000;

    /// <summary>Tokens per second in all while so many sequences generate together.</summary>
    /// <returns>The speed, the managed bytes per token on the engine's thread, and the CPU time per token outside it.</returns>
    public async Task<(double TokensPerSecond, double AllocatedPerToken, double? ReaderMicroseconds)> DecodeAsync(int sequences, int tokens, CancellationToken cancellationToken)
    {
        // The first token comes from the prompt's logits; each further one takes a pass through the model.
        double now = LoadClock.Now;
        RequestLog[] logs = [.. Enumerable.Range(0, sequences).Select(_ => new RequestLog(prompts.Next(1), tokens + 1, now))];
        long allocated = target.Model.Engine.DecodeAllocatedBytes;
        var cpu = ManagedThreads.Begin();
        await Task.WhenAll(logs.Select(log => target.SendAsync(log, cancellationToken)));
        double? spent = cpu?.Spent();
        allocated = target.Model.Engine.DecodeAllocatedBytes - allocated;
        ScenarioRun.Of(logs);

        // While all generate: from the last that began to the first that ended.
        double from = logs.Max(static log => log.FirstToken!.Value);
        double to = logs.Min(static log => log.LastToken!.Value);
        int counted = logs.Sum(log => log.GapEnds.Count(end => end > from && end <= to));
        int all = sequences * tokens;
        return (counted / (to - from) * 1000, (double)allocated / all, spent * MicrosecondsPerMillisecond / all);
    }

    /// <summary>Fills every place, lets one more wait, cancels one and times the one that waited.</summary>
    /// <param name="places">Requests that the engine computes at the same time.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CancelResult> CancelAsync(int places, CancellationToken cancellationToken)
    {
        const int Steps = 24;
        const int Enough = 4096;
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource one = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        double now = LoadClock.Now;
        int tokens = Math.Min(Enough, target.Model.ContextLength - 2);
        RequestLog[] running = [.. Enumerable.Range(0, places).Select(_ => new RequestLog(prompts.Next(1), tokens, now))];
        Task answers = Task.WhenAll(running.Select((log, i) => target.SendAsync(log, i == 0 ? one.Token : over.Token)));
        await Task.WhenAll(running.Select(static log => log.WaitForTokensAsync(2)));

        RequestLog waiting = new(prompts.Next(1), 1, LoadClock.Now);
        Task next = target.SendAsync(waiting, cancellationToken);
        await Task.WhenAll(running.Select(static log => log.WaitForTokensAsync(Steps)));
        if (waiting.FirstToken is not null)
        {
            throw new LoadTestException($"One request more than the {places} places did not wait.");
        }

        double cancelled = LoadClock.Now;
        await one.CancelAsync();
        await next;
        await over.CancelAsync();
        await answers;
        double first = waiting.FirstToken ?? throw new LoadTestException($"The waiting request got no answer: {waiting.Error}");
        double[] steps = [.. running.SelectMany(log => log.Gaps.Zip(log.GapEnds)).Where(gap => gap.Second <= cancelled).Select(static gap => gap.First).Order()];
        return new CancelResult(first - cancelled, Percentiles.Of(steps, 0.5));
    }
}
