using BenchmarkDotNet.Attributes;
using LocalInference.Abstractions;
using LocalInference.Providers;
using Microsoft.Extensions.AI;

namespace LocalInference.Benchmarks.Providers;

/// <summary>
/// What a request costs on its way through the router and through a provider's whole pipeline (limits, keys, retries, breaker, wire
/// format), over a generator and a connection that answer at once from memory.
/// </summary>
public class RoutingBenchmarks : IDisposable
{
    private readonly GenerationRequest _request = new() { Model = "route", Input = new ChatInput { Messages = [new ChatMessage(ChatRole.User, "Hi")] } };
    private MemoryGenerator? _inner;
    private ModelRouter? _router;
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
        _router = new ModelRouter(
            new ProvidersOptions { Providers = [options], Routes = new Dictionary<string, ModelRoute>(StringComparer.Ordinal) { ["route"] = new() { Models = ["local", "memory/model"] } } },
            new LocalServices { Generator = _inner });
    }

    /// <summary>Closes them.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _router?.Dispose();
        _provider?.Dispose();
        _connection?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The inner generator alone.</summary>
    [Benchmark(Baseline = true)]
    public Task<int> Inner() => CountAsync(_inner!, _request);

    /// <summary>The same through a route.</summary>
    [Benchmark]
    public Task<int> Routed() => CountAsync(_router!.Generator, _request);

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
