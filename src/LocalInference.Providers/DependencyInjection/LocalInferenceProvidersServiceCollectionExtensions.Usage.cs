using LocalInference.Abstractions;
using LocalInference.Providers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class LocalInferenceProvidersServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="UsageMeter"/> around the application's <c>ITextGenerator</c>, <c>IEmbedder</c> and <see cref="IBatchClient"/>: costs,
    /// budgets and a <see cref="UsageLedger"/>. Call it once, after <c>AddLocalInferenceProviders</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">Prices and budgets.</param>
    /// <param name="ledger">The ledger's path or connection string, see <see cref="UsageLedger"/>; <see langword="null"/>: there is none.</param>
    public static IServiceCollection AddLocalInferenceUsage(this IServiceCollection services, UsageOptions options, string? ledger = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        ConfigurationFaults.Throw(options.Faults());
        if (ledger is not null)
        {
            services.AddSingleton(provider => new UsageLedger(ledger, new UsageLedgerOptions { LoggerFactory = provider.GetService<ILoggerFactory>() }));
        }

        services.AddSingleton(provider => new UsageMeter(provider.GetService<ProvidersOptions>() ?? new ProvidersOptions(), options, provider.GetService<UsageLedger>(), provider.GetService<TimeProvider>()));
        Decorate<ITextGenerator>(services, static (provider, inner) => provider.GetRequiredService<UsageMeter>().Over(inner));
        Decorate<IEmbedder>(services, static (provider, inner) => provider.GetRequiredService<UsageMeter>().Over(inner));
        Decorate<IBatchClient>(services, static (provider, inner) => provider.GetRequiredService<UsageMeter>().Over(inner));
        return services;
    }

    /// <summary>
    /// Adds a <see cref="ResponseCache"/> around the application's <c>ITextGenerator</c>. Call it once, after <c>AddLocalInferenceProviders</c>
    /// and <c>AddLocalInferenceUsage</c>, so that no budget is asked for an answer that is there. Similar questions are found by the embedder of
    /// this machine, where there is one.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">How answers are kept.</param>
    public static IServiceCollection AddLocalInferenceResponseCache(this IServiceCollection services, ResponseCacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        ConfigurationFaults.Throw(options.Faults());
        services.AddSingleton(provider => new ResponseCache(
            options,
            provider.GetService<IModelCatalog>(),
            provider.GetService<ModelRouter>() is null ? provider.GetService<IEmbedder>() : provider.GetKeyedService<IEmbedder>(s_local),
            provider.GetService<UsageMeter>(),
            provider.GetService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()));
        Decorate<ITextGenerator>(services, static (provider, inner) => provider.GetRequiredService<ResponseCache>().Over(inner));
        return services;
    }

    /// <summary>
    /// Adds what a configuration says of usage and of the response cache; without those sections nothing. It is read once, now:
    /// <code>
    /// "LocalInference": {
    ///   "Usage": {
    ///     "Ledger": "usage.db", "PriceFile": "prices.json",
    ///     "Budgets": { "daily": { "Limit": 5, "IsPerCaller": true, "DowngradeTo": "fast" } }
    ///   },
    ///   "ResponseCache": { "MaxEntries": 1000, "TimeToLive": "01:00:00" }
    /// }
    /// </code>
    /// The names are those of <see cref="UsageOptions"/>, <see cref="Budget"/> and <see cref="ResponseCacheOptions"/>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">The section, or the configuration that has it as <c>LocalInference</c>.</param>
    /// <exception cref="GenerationException">Something in it cannot be read; the message names all of it (<c>configuration_invalid</c>).</exception>
    public static IServiceCollection AddLocalInferenceUsage(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (ProvidersConfiguration.ReadUsage(configuration) is var (usage, ledger))
        {
            services.AddLocalInferenceUsage(usage, ledger);
        }

        return ProvidersConfiguration.ReadCache(configuration) is { } cache ? services.AddLocalInferenceResponseCache(cache) : services;
    }

    private static void Decorate<T>(IServiceCollection services, Func<IServiceProvider, T, T> decorate)
        where T : class
    {
        object key = new();
        if (Keep<T>(services, key))
        {
            services.AddSingleton(provider => decorate(provider, provider.GetRequiredKeyedService<T>(key)));
        }
    }
}
