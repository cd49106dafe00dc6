using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Scenarios;

/// <summary>What one run of a scenario gave.</summary>
/// <param name="Requests">All requests, ended.</param>
/// <param name="Metrics">Figures by the names of <see cref="MetricNames"/>.</param>
internal sealed record ScenarioRun(IReadOnlyList<RequestLog> Requests, SortedDictionary<string, double> Metrics)
{
    /// <summary>From when to when something happened that a chart over time marks, by <see cref="LoadClock"/>.</summary>
    public (double From, double To)? Marked { get; init; }

    /// <summary>A run with the figures that every scenario has.</summary>
    /// <exception cref="LoadTestException">A request failed: figures of what did not happen are worthless.</exception>
    public static ScenarioRun Of(IReadOnlyList<RequestLog> requests)
    {
        RequestLog[] failed = [.. requests.Where(static request => request.Error is not null)];
        if (failed.Length > 0)
        {
            throw new LoadTestException($"{failed.Length} of {requests.Count} requests failed: {failed[0].Error}");
        }

        double duration = requests.Max(static request => request.Ended) - requests.Min(static request => request.Scheduled);
        int generated = requests.Sum(static request => request.GeneratedTokens);
        SortedDictionary<string, double> metrics = new(StringComparer.Ordinal)
        {
            [MetricNames.Total] = duration,
            [MetricNames.GeneratedTokens] = generated,
            [MetricNames.TokensPerSecond] = generated / duration * 1000,
        };
        if (requests.All(static request => request.PromptTokens is not null))
        {
            metrics[MetricNames.PromptTokens] = requests.Sum(static request => request.PromptTokens!.Value);
        }

        if (requests.All(static request => request.ComputedPromptTokens is not null))
        {
            metrics[MetricNames.ComputedPromptTokens] = requests.Sum(static request => request.ComputedPromptTokens!.Value);
        }

        Percentiles.Add(metrics, MetricNames.FirstToken, requests.Where(static request => request.TimeToFirstToken is not null).Select(static request => request.TimeToFirstToken!.Value));
        Percentiles.Add(metrics, MetricNames.InterToken, requests.SelectMany(static request => request.Gaps));
        Percentiles.Add(metrics, MetricNames.EndToEnd, requests.Where(static request => !request.Cancelled).Select(static request => request.EndToEnd));
        return new ScenarioRun(requests, metrics);
    }
}
