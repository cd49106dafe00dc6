using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

/// <summary>What a request allocates on its way through cache, meter and router, beyond what who answers allocates.</summary>
public sealed class PipelineCostTests
{
    private const int Count = 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_takes_no_more_than_4_KiB_on_its_way(bool isGreedy)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-").FullName;
        var inner = new Instant();
        var providers = new ProvidersOptions { Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["route"] = new() { Models = ["local"] } } };
        using var router = new ModelRouter(providers, new LocalServices { Generator = inner });
        var ledger = new UsageLedger(Path.Combine(folder, "usage.db"));
        var meter = new UsageMeter(providers, new UsageOptions { Budgets = [new Budget { Name = "daily", Limit = 1000 }] }, ledger);
        ITextGenerator whole = new ResponseCache(ResponseCacheOptions.Default, meter: meter).Over(meter.Over(router.Generator));
        GenerationRequest request = TestProviders.Chat("Hi") with { Model = "route", Sampling = isGreedy ? SamplingOverrides.Greedy : SamplingOverrides.None };
        try
        {
            long alone = Measure(inner, request);
            long through = Measure(whole, request);

            Assert.InRange(through - alone, 0, 4096);
        }
        finally
        {
            await ledger.DisposeAsync();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    // Each with a limit of its own, so that none is kept from another.
    private static long Measure(ITextGenerator generator, GenerationRequest request)
    {
        GenerationRequest[] requests = [.. Enumerable.Range(1, 2 * Count).Select(i => request with { MaxTokens = i })];
        Run(generator, requests.AsSpan(0, Count));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(generator, requests.AsSpan(Count));
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
    }

    private static void Run(ITextGenerator generator, ReadOnlySpan<GenerationRequest> requests)
    {
        foreach (GenerationRequest request in requests)
        {
            Task<bool> reading = ReadAsync(generator, request);

            // Nothing in it waits, so all of it is on this thread.
            Assert.True(reading.IsCompletedSuccessfully && reading.Result);
        }
    }

    private static async Task<bool> ReadAsync(ITextGenerator generator, GenerationRequest request)
    {
        bool isWhole = false;
        await foreach (GenerationEvent e in generator.GenerateAsync(request))
        {
            isWhole = e is GenerationEnded { Usage.Reuse: AnswerReuse.None };
        }

        return isWhole;
    }

    private sealed class Instant : ITextGenerator
    {
        private static readonly GenerationEvent[] s_events =
        [
            new GenerationStarted("id", "local", DateTimeOffset.UnixEpoch),
            new TextDelta("text"),
            new GenerationEnded { FinishReason = FinishReason.EndOfGeneration, Usage = new() { PromptTokens = 5, CachedPromptTokens = 0, GeneratedTokens = 1, PromptDuration = TimeSpan.Zero, GenerationDuration = TimeSpan.Zero } },
        ];

        public TextGeneratorMetadata Metadata { get; } = new() { ProviderName = "instant" };

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await ValueTask.CompletedTask;
            foreach (GenerationEvent e in s_events)
            {
                yield return e;
            }
        }
    }
}
