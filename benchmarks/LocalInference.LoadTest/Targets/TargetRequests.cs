using LocalInference.Abstractions;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>Sends requests whose failures are results.</summary>
internal static class TargetRequests
{
    /// <summary>Runs a request to its end. A failure of it is written into the log; it does not end the scenario.</summary>
    public static async Task SendAsync(this ILoadTarget target, RequestLog log, CancellationToken cancellationToken)
    {
        try
        {
            await target.StreamAsync(log, cancellationToken);
            log.End();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            log.End(cancelled: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or LocalInferenceException or LoadTestException)
        {
            log.End(e.Message);
        }
    }

    /// <summary>Two small answers at once, so that nothing that counts is computed or compiled for the first time.</summary>
    public static async Task WarmUpAsync(this ILoadTarget target, CancellationToken cancellationToken)
    {
        PromptSource prompts = new(seed: -1, target.VocabularySize);
        RequestLog[] logs = [.. Enumerable.Range(0, 2).Select(_ => new RequestLog(prompts.Next(32), 8, LoadClock.Now))];
        await Task.WhenAll(logs.Select(log => target.SendAsync(log, cancellationToken)));
        if (logs.FirstOrDefault(static log => log.Error is not null) is { } failed)
        {
            throw new LoadTestException($"{target.Description} does not answer: {failed.Error}");
        }
    }
}
