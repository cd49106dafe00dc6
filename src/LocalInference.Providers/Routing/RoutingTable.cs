using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Providers and routes as one configuration says. Whoever uses them holds the table meanwhile: one that another has taken the place of
/// closes its providers when nobody holds it any more. Safe for concurrent use.
/// </summary>
internal sealed class RoutingTable : IDisposable
{
    private readonly Dictionary<string, RemoteProvider> _providers;

    // The router's own counts too.
    private int _holders = 1;

    public RoutingTable(ProvidersOptions options, LocalServices local)
    {
        ConfigurationFaults.Throw(options.Faults());
        Options = options;
        _providers = options.Providers.ToDictionary(static provider => provider.Name, provider => new RemoteProvider(provider, NamesOf(provider.Name, options)), StringComparer.OrdinalIgnoreCase);
        Planner = new RoutePlanner(options, _providers, local.Generator, local.Status);
        Metadata = new TextGeneratorMetadata { ProviderName = ModelRouter.LocalName, DefaultModel = options.DefaultModel ?? local.Generator?.Metadata.DefaultModel };
    }

    public ProvidersOptions Options { get; }

    public RoutePlanner Planner { get; }

    public TextGeneratorMetadata Metadata { get; }

    public IReadOnlyDictionary<string, RemoteProvider> Providers => _providers;

    /// <summary>Holds it until it is disposed once more.</summary>
    /// <returns>Whether it could: nobody else has let it close.</returns>
    public bool TryHold()
    {
        for (int holders = Volatile.Read(ref _holders); holders > 0; holders = Volatile.Read(ref _holders))
        {
            if (Interlocked.CompareExchange(ref _holders, holders + 1, holders) == holders)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Lets it go; the last one closes the providers.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) > 0)
        {
            return;
        }

        foreach (RemoteProvider provider in _providers.Values)
        {
            provider.Dispose();
        }
    }

    // The models of a provider that routes name, and the default, as it calls them itself.
    private static IEnumerable<string> NamesOf(string provider, ProvidersOptions options)
    {
        string prefix = provider + "/";
        string?[] names = [.. options.Routes.Values.SelectMany(static route => route.Models), options.DefaultModel];
        return names.OfType<string>().Where(name => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Select(name => name[prefix.Length..]);
    }
}
