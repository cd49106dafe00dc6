using LocalInference.Abstractions;
using LocalInference.Providers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds remote models, and routes over local and remote ones, to an application.</summary>
public static partial class LocalInferenceProvidersServiceCollectionExtensions
{
    /// <summary>The key that the services which were there before, those of local models, are kept under.</summary>
    private static readonly object s_local = new();

    /// <summary>
    /// Adds a <see cref="ModelRouter"/>, and puts it in the place of <c>ITextGenerator</c>, <c>IEmbedder</c>, <c>IModelCatalog</c> and
    /// <c>IModelLifetime</c>: what was there before answers for this machine. <c>ITokenCounter</c> counts for local models as before, and estimates
    /// for others (<see cref="UsageMeter.TokenCounter"/>). <c>IChatClient</c> and <c>IEmbeddingGenerator</c> over them follow, and an
    /// <see cref="IBatchClient"/>. Call it once, after <c>AddLocalInference()</c>. The container's <c>ILoggerFactory</c> and <c>TimeProvider</c> are used where there are any.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">Providers and routes.</param>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public static IServiceCollection AddLocalInferenceProviders(this IServiceCollection services, ProvidersOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        if (services.Any(static service => service.ServiceType == typeof(ModelRouter)))
        {
            throw new InvalidOperationException("AddLocalInferenceProviders was called before; put all providers into one call.");
        }

        Keep<ITextGenerator>(services, s_local);
        Keep<IEmbedder>(services, s_local);
        Keep<IModelCatalog>(services, s_local);
        Keep<ITokenCounter>(services, s_local);
        if (Keep<IModelLifetime>(services, s_local))
        {
            services.AddSingleton(static provider => provider.GetRequiredService<ModelRouter>().Lifetime!);
        }

        services.AddSingleton(options);
        services.AddSingleton(provider => Router(provider, options));
        services.AddSingleton(static provider => provider.GetRequiredService<ModelRouter>().Generator);
        services.AddSingleton(static provider => provider.GetRequiredService<ModelRouter>().Embedder);
        services.AddSingleton(static provider => provider.GetRequiredService<ModelRouter>().Catalog);
        services.AddSingleton(static provider => provider.GetRequiredService<ModelRouter>().Batches);
        services.AddSingleton(static provider => TokenCounter(provider));
        services.TryAddSingleton(static provider => provider.GetRequiredService<ITextGenerator>().AsIChatClient());
        services.TryAddSingleton(static provider => provider.GetRequiredService<IEmbedder>().AsIEmbeddingGenerator());
        return services;
    }

    /// <summary>
    /// Adds the providers and routes of a configuration, as <see cref="AddLocalInferenceProviders(IServiceCollection, ProvidersOptions)"/>
    /// does, and again whenever the configuration changes (<see cref="ModelRouter.Use"/>); what is wrong with it then is logged, and the old
    /// ones stay:
    /// <code>
    /// "LocalInference": {
    ///   "Providers": {
    ///     "openai": { "Models": [ { "Name": "gpt-5-mini", "ContextLength": 400000, "InputPrice": 0.25, "OutputPrice": 2 } ] },
    ///     "vllm@gpu1": { "KeyFile": "/run/secrets/gpu1", "Limits": { "Concurrency": 256 } },
    ///     "fleet": { "Kind": "LlamaServer", "Address": "http://10.0.0.5:8080/v1", "Resilience": { "TryTimeout": "00:00:30" } }
    ///   },
    ///   "Routes": { "fast": { "Models": [ "qwen2.5:0.5b", "openai/gpt-5-mini" ], "Policy": "Overflow", "OverflowAbove": 4 } },
    ///   "LocalOnlyModels": [ "*:private" ],
    ///   "DefaultRoute": "fast"
    /// }
    /// </code>
    /// The names are those of <see cref="ProvidersOptions"/> and what hangs on it; <c>DefaultRoute</c> is its <c>DefaultModel</c>, because the
    /// section's own <c>DefaultModel</c> is that of the local models. <c>Kind</c> and <c>Address</c> follow from names that
    /// begin with <c>openai</c>, <c>anthropic</c>, <c>ollama</c>, <c>vllm</c>, <c>sglang</c>, <c>llama-server</c> or <c>localinference</c>, with
    /// <c>@HOST</c> or <c>@HOST:PORT</c> behind it. Keys come from <c>KeyVariable</c> (an environment variable; OpenAI's and Anthropic's default
    /// to <c>OPENAI_API_KEY</c> and <c>ANTHROPIC_API_KEY</c>), <c>KeyFile</c> (see <see cref="ApiKeys.FromFile"/>) and <c>Key</c>, which is meant
    /// for user secrets and the like: not for a settings file that others can read.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">The section, or the configuration that has it as <c>LocalInference</c>.</param>
    /// <exception cref="GenerationException">Something in it cannot be read; the message names all of it (<c>configuration_invalid</c>).</exception>
    public static IServiceCollection AddLocalInferenceProviders(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string read = ProvidersConfiguration.Text(configuration);
        services.AddLocalInferenceProviders(ProvidersConfiguration.Read(configuration));
        return services.AddSingleton(provider => new WatchedProviders(configuration, read, provider, options => Complete(provider, options)));
    }

    private static ModelRouter Router(IServiceProvider provider, ProvidersOptions options)
    {
        // Its watch begins with the router, not with the container.
        provider.GetService<WatchedProviders>();
        return new ModelRouter(
            Complete(provider, options),
            new LocalServices
            {
                Generator = provider.GetKeyedService<ITextGenerator>(s_local),
                Embedder = provider.GetKeyedService<IEmbedder>(s_local),
                Catalog = provider.GetKeyedService<IModelCatalog>(s_local),
                Lifetime = provider.GetKeyedService<IModelLifetime>(s_local),
                Status = provider.GetService<IRuntimeStatus>(),
            },
            provider.GetService<TimeProvider>(),
            provider.GetService<ILoggerFactory>());
    }

    // The meter's learns from what answers report.
    private static ITokenCounter TokenCounter(IServiceProvider provider)
    {
        var local = provider.GetKeyedService<ITokenCounter>(s_local);
        var router = provider.GetRequiredService<ModelRouter>();
        return provider.GetService<UsageMeter>()?.TokenCounter(local) ?? new RoutedTokenCounter(() => new ModelNames(router.Options), new TokenEstimator(), local);
    }

    private static ProvidersOptions Complete(IServiceProvider provider, ProvidersOptions options)
    {
        var loggers = provider.GetService<ILoggerFactory>();
        var time = provider.GetService<TimeProvider>();
        return options with
        {
            Providers = [.. options.Providers.Select(one => one with
            {
                LoggerFactory = one.LoggerFactory ?? loggers,
                TimeProvider = one.TimeProvider == TimeProvider.System ? time ?? one.TimeProvider : one.TimeProvider,
            })],
        };
    }

    private static bool Keep<T>(IServiceCollection services, object key)
        where T : class
    {
        ServiceDescriptor? local = services.LastOrDefault(static service => !service.IsKeyedService && service.ServiceType == typeof(T));
        if (local is null)
        {
            return false;
        }

        services.Remove(local);
        services.AddKeyedSingleton(key, (provider, _) => local switch
        {
            { ImplementationInstance: T instance } => instance,
            { ImplementationFactory: { } factory } => (T)factory(provider),
            { ImplementationType: { } type } => (T)ActivatorUtilities.CreateInstance(provider, type),
            _ => throw new InvalidOperationException($"{typeof(T).Name} has to be registered as an instance or with a factory, as AddLocalInference() does."),
        });
        return true;
    }
}
