using LocalInference.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Local and remote models under one roof. A request names a local model (<c>qwen2.5:0.5b</c>), a provider's (<c>openai/gpt-5</c>,
/// <c>vllm@gpu1/qwen3</c>) or a route. Of a route's models the next one is asked where one fails before the first of its answer:
/// by network, limit, key or outage, because it cannot take the request's options, content or length, or because it is not there. Not
/// where the caller cancelled, the request is wrong, or a provider refused what is said in it; and never behind the first update, which
/// cannot be taken back, unless the route continues broken answers (<see cref="ModelRoute.ContinuesBrokenAnswers"/>).
/// <see cref="GenerationStarted.Route"/> says who answered and why. Safe for concurrent use.
/// </summary>
public sealed class ModelRouter : IDisposable
{
    internal const string LocalName = "localinference";

    private readonly LocalServices _local;
    private RoutingTable _table;
    private bool _isDisposed;

    /// <summary>Makes a router. Nothing is sent until the first request.</summary>
    /// <param name="options">Providers and routes.</param>
    /// <param name="local">What answers for this machine.</param>
    /// <param name="timeProvider">The clock of latencies; <see langword="null"/>: the system's.</param>
    /// <param name="loggerFactory">Where fallbacks are logged, without texts; <see langword="null"/>: nowhere.</param>
    /// <exception cref="GenerationException">Something in the options is wrong; the message names all of it (<c>configuration_invalid</c>).</exception>
    public ModelRouter(ProvidersOptions options, LocalServices local, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(local);
        _local = local;
        _table = new RoutingTable(options, local);
        ILogger log = loggerFactory?.CreateLogger("LocalInference.Providers") ?? NullLogger.Instance;
        Generator = new RoutedTextGenerator(this, timeProvider ?? TimeProvider.System, log);
        Embedder = new RoutedEmbedder(this, local.Embedder);
        Batches = new RoutedBatchClient(this);
        Catalog = new RoutedModelCatalog(this, local.Catalog);
        Lifetime = local.Lifetime is null ? null : new RoutedModelLifetime(this, local.Lifetime);
    }

    /// <summary>All models that generate text.</summary>
    public ITextGenerator Generator { get; }

    /// <summary>
    /// All models that embed. Of a route it is always the first: vectors of different models cannot be compared, so there is no fallback.
    /// </summary>
    public IEmbedder Embedder { get; }

    /// <summary>
    /// Batches at those providers that have them. All requests of one go to the same provider, named as for an answer at once (of a route it
    /// is the first model); ids of batches have the provider's name and a slash before them. What must not leave this machine is refused.
    /// </summary>
    public IBatchClient Batches { get; }

    /// <summary>
    /// Routes, local models, and what is configured of remote ones. Nobody is asked over the network, so any name of a provider's is found,
    /// whether the provider has such a model or not.
    /// </summary>
    public IModelCatalog Catalog { get; }

    /// <summary>
    /// Loads and unloads local models; of a route it is the first of its models. What is remote is always loaded: nothing is done.
    /// <see langword="null"/>: nobody loads local ones.
    /// </summary>
    public IModelLifetime? Lifetime { get; }

    /// <summary>Providers and routes as they are now.</summary>
    public ProvidersOptions Options => Volatile.Read(ref _table).Options;

    /// <summary>
    /// Takes other providers and routes for requests that begin from now on. Those that are under way end as they began; then the providers
    /// they have used are closed. What the old ones knew of limits, latencies and failures is forgotten.
    /// </summary>
    /// <param name="options">Providers and routes.</param>
    /// <exception cref="GenerationException">Something in the options is wrong; the message names all of it (<c>configuration_invalid</c>), and the old ones stay.</exception>
    public void Use(ProvidersOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Interlocked.Exchange(ref _table, new RoutingTable(options, _local)).Dispose();
    }

    /// <summary>A provider by its name; case does not matter.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The provider, or <see langword="null"/> if there is none. <see cref="Use"/> may close it.</returns>
    public RemoteProvider? FindProvider(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Volatile.Read(ref _table).Providers.GetValueOrDefault(name);
    }

    /// <summary>Closes the providers' connections when no request uses them any more; what is local is not the router's own.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            _table.Dispose();
        }
    }

    internal TextGeneratorMetadata Metadata => Volatile.Read(ref _table).Metadata;

    /// <summary>Providers and routes for one request, which disposes them at its end.</summary>
    internal RoutingTable Hold()
    {
        while (true)
        {
            RoutingTable table = Volatile.Read(ref _table);
            if (table.TryHold())
            {
                return table;
            }

            // Another has just taken its place, or there is none any more.
            ObjectDisposedException.ThrowIf(_isDisposed, this);
        }
    }
}
