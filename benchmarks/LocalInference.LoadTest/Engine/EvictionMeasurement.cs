using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.LoadTest.CommandLine;

namespace LocalInference.LoadTest.Engine;

/// <summary>How long the first token takes when another model has to make way before its own is loaded.</summary>
internal static class EvictionMeasurement
{
    /// <summary>Takes turns with two models of which the host may hold one. Their file is in the system's cache, as after any use.</summary>
    /// <returns>From the request to its first token, ms.</returns>
    public static async Task<double> FirstTokenMsAsync(ModelSetup setup, CancellationToken cancellationToken)
    {
        LocalModelOptions options = new() { Threads = setup.Threads, AdaptThreads = setup.AdaptThreads };
        ModelList models = new([new ModelLocation("one", setup.Path) { Options = options }, new ModelLocation("other", setup.Path) { Options = options }]);
        await using ModelHost host = new(models, new ModelHostOptions { MaxLoadedModels = 1 });
        await FirstTokenAsync(host, "one", cancellationToken);
        await FirstTokenAsync(host, "other", cancellationToken);
        long before = Stopwatch.GetTimestamp();
        await FirstTokenAsync(host, "one", cancellationToken);
        double elapsed = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        return host.Counters.Evictions == 2 ? elapsed : throw new LoadTestException($"{host.Counters.Evictions} models were evicted where 2 had to be.");
    }

    private static async Task FirstTokenAsync(ModelHost host, string name, CancellationToken cancellationToken)
    {
        using HostedModel use = await host.AcquireAsync(name, cancellationToken);
        await foreach (GenerationUpdate _ in use.Model.GenerateAsync(new[] { 1 }, new GenerationOptions { MaxTokens = 1, Sampling = SamplingOptions.Greedy, IgnoreEndOfGeneration = true }, cancellationToken))
        {
            break;
        }
    }
}
