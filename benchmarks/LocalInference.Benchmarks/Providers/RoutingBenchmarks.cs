using BenchmarkDotNet.Attributes;
using LocalInference.Abstractions;
using LocalInference.Providers;
using Microsoft.Extensions.AI;

namespace LocalInference.Benchmarks.Providers;

/// <summary>
/// What a request costs on its way through the router, through meter and cache around it (budget, prices, queued ledger, no similar
/// questions), and through a provider's whole pipeline (limits, keys, retries, breaker, wire format), over a generator and a connection that
/// answer at once from memory. Beyond the inner generator at most 30 µs and 4 KiB a request and 2 µs an update are allowed.
/// <code>dotnet run -c Release --project benchmarks/LocalInference.Benchmarks -- --filter '*RoutingBenchmarks*'</code>
/// </summary>
public class RoutingBenchmarks : IDisposable
{
    private readonly GenerationRequest _request = new() { Model = "route", Input = new ChatInput { Messages = [new ChatMessage(ChatRole.User, "Hi")] } };
    private MemoryGenerator? _inner;
    private readonly string _folder = Directory.CreateTempSubdirectory("usage-").FullName;
    private ModelRouter? _router;
    private UsageLedger? _ledger;
    private ITextGenerator? _metered;
    private RemoteProvider? _provider;
    private MemoryConnection? _connection;

    /// <summary>Updates of an answer: the difference between the two, by their number, is the cost of one.</summary>
    [Params(1, 256)]
    public int Updates { get; set; }

    /// <summary>Puts the pipelines together.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _inner = new MemoryGenerator(Updates);
        _connection = new MemoryConnection(Updates);
        var options = new ProviderOptions { Name = "memory", Kind = ProviderKind.OpenAI, HttpHandler = _connection, Keys = ApiKeys.Of("key") };
        _provider = new RemoteProvider(options);
        var providers = new ProvidersOptions { Providers = [options], Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["route"] = new() { Models = ["local", "memory/model"] } } };
        _router = new ModelRouter(providers, new LocalServices { Generator = _inner });
        _ledger = new UsageLedger(Path.Combine(_folder, "usage.db"));
        var meter = new UsageMeter(providers, new UsageOptions { Budgets = [new Budget { Name = "daily", Limit = 1_000_000 }] }, _ledger);
        _metered = new ResponseCache(ResponseCacheOptions.Default, meter: meter).Over(meter.Over(_router.Generator));
    }

    /// <summary>Closes them.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _router?.Dispose();
        _provider?.Dispose();
        _connection?.Dispose();
        _ledger?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The inner generator alone.</summary>
    [Benchmark(Baseline = true)]
    public Task<int> Inner() => CountAsync(_inner!, _request);

    /// <summary>The same through a route.</summary>
    [Benchmark]
    public Task<int> Routed() => CountAsync(_router!.Generator, _request);

    /// <summary>The same with meter and cache around it; what is asked at temperature 0 would be found after the first time.</summary>
    [Benchmark]
    public Task<int> Metered() => CountAsync(_metered!, _request);

    /// <summary>A provider's pipeline, its wire format read from memory.</summary>
    [Benchmark]
    public Task<int> Remote() => CountAsync(_provider!.Generator, _request with { Model = "model" });

    private static async Task<int> CountAsync(ITextGenerator generator, GenerationRequest request)
    {
        int count = 0;
        await foreach (GenerationEvent _ in generator.GenerateAsync(request).ConfigureAwait(false))
        {
            count++;
        }

        return count;
    }
}
