using System.Text.Json;
using LocalInference;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Says which models an application offers; from <see cref="LocalInferenceServiceCollectionExtensions"/>.</summary>
public sealed class LocalInferenceBuilder
{
    private readonly ModelRegistry _registry;

    internal LocalInferenceBuilder(IServiceCollection services, ModelRegistry registry)
    {
        Services = services;
        _registry = registry;
    }

    /// <summary>The services that the models are added to.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Offers a model. Its name is the key of an <c>ITextGenerator</c> and an <c>IChatClient</c>, of an <c>IEmbedder</c>, an
    /// <c>IEmbeddingGenerator</c> and an <c>IReranker</c>, and what requests to the services without a key may name. It is loaded by the first request.
    /// </summary>
    /// <param name="name">The name; case matters.</param>
    /// <param name="path">Path of the GGUF file.</param>
    /// <param name="options">How to load it; <see langword="null"/>: defaults.</param>
    /// <exception cref="ArgumentException">There is a model of that name already, or it or the path is empty.</exception>
    public LocalInferenceBuilder AddModel(string name, string path, LocalModelOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return AddModel(new ModelLocation(name, path) { Options = options ?? new LocalModelOptions() });
    }

    /// <inheritdoc cref="AddModel(string, string, LocalModelOptions?)"/>
    /// <param name="model">
    /// The model; the case of its name matters. Without a keep-alive it stays loaded until the container is disposed; without a logger
    /// factory its <see cref="ModelLocation.Options"/> get the container's.
    /// </param>
    public LocalInferenceBuilder AddModel(ModelLocation model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(model.Name, nameof(model));
        if (!_registry.TryAdd(model))
        {
            throw new ArgumentException($"There is a model named '{model.Name}' already.", nameof(model));
        }

        Services.AddKeyedSingleton<ITextGenerator>(model.Name, static (services, key) => services.GetRequiredService<LocalModels>().GeneratorOf((string)key!));
        Services.AddKeyedSingleton(model.Name, static (services, key) => services.GetRequiredKeyedService<ITextGenerator>(key).AsIChatClient());
        Services.AddKeyedSingleton(model.Name, static (services, key) => services.GetRequiredService<LocalModels>().EmbedderOf((string)key!));
        Services.AddKeyedSingleton<IEmbedder>(model.Name, static (services, key) => services.GetRequiredKeyedService<HostedEmbedder>(key));
        Services.AddKeyedSingleton<IReranker>(model.Name, static (services, key) => services.GetRequiredKeyedService<HostedEmbedder>(key));
        Services.AddKeyedSingleton(model.Name, static (services, key) => services.GetRequiredKeyedService<IEmbedder>(key).AsIEmbeddingGenerator());
        return this;
    }

    /// <summary>
    /// Offers all models that a resolver knows, such as a <see cref="ModelStore"/>, beside those that were added: requests to the services
    /// without a key may name them. They are looked for with each request, so they may come and go.
    /// </summary>
    /// <param name="models">Knows them; stays the caller's to dispose.</param>
    public LocalInferenceBuilder UseModels(IModelResolver models)
    {
        ArgumentNullException.ThrowIfNull(models);
        _registry.Resolver = models;
        return this;
    }

    /// <summary>Says which model answers requests that name none. Default: the first one.</summary>
    /// <param name="name">Its name; it may be added later.</param>
    public LocalInferenceBuilder UseDefaultModel(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _registry.DefaultModel = name;
        return this;
    }

    /// <summary>Says how many models may be loaded at the same time; see <see cref="ModelHostOptions.MaxLoadedModels"/>. Default: as many as fit.</summary>
    /// <param name="count">How many; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less.</exception>
    public LocalInferenceBuilder UseMaxLoadedModels(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _registry.Host = _registry.Host with { MaxLoadedModels = count };
        return this;
    }

    /// <summary>Says how much memory all models may take together; see <see cref="ModelHostOptions.MemoryBudgetBytes"/>. Default: what is free.</summary>
    /// <param name="bytes">Bytes on all devices; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less.</exception>
    public LocalInferenceBuilder UseMemoryBudget(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _registry.Host = _registry.Host with { MemoryBudgetBytes = bytes };
        return this;
    }

    /// <summary>Says how long a load waits for models in use to make room; see <see cref="ModelHostOptions.MemoryTimeout"/>. Default: 2 minutes.</summary>
    /// <param name="time">The time; <see cref="TimeSpan.MaxValue"/>: as long as it takes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public LocalInferenceBuilder UseMemoryTimeout(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        _registry.Host = _registry.Host with { MemoryTimeout = time };
        return this;
    }

    /// <summary>Says how arguments and results of functions become JSON; see <see cref="LocalTextGeneratorOptions.JsonSerializerOptions"/>.</summary>
    /// <param name="options">The options.</param>
    public LocalInferenceBuilder UseJsonSerializerOptions(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _registry.JsonSerializerOptions = options;
        return this;
    }

    internal static LocalInferenceBuilder Of(IServiceCollection services)
    {
        ModelRegistry? registry = services.Select(static service => service.IsKeyedService ? null : service.ImplementationInstance).OfType<ModelRegistry>().FirstOrDefault();
        if (registry is null)
        {
            registry = new ModelRegistry();
            services.AddSingleton(registry);
            services.TryAddSingleton<LocalModels>();
            services.TryAddSingleton<IModelCatalog>(static provider => provider.GetRequiredService<LocalModels>().Host);
            services.TryAddSingleton<IRuntimeStatus>(static provider => provider.GetRequiredService<LocalModels>().Host);
            services.TryAddSingleton<IModelLifetime>(static provider => provider.GetRequiredService<LocalModels>().Host);
            services.TryAddSingleton<ITextGenerator>(static provider => provider.GetRequiredService<LocalModels>().Generator);
            services.TryAddSingleton<ITokenCounter>(static provider => provider.GetRequiredService<LocalModels>().Generator);
            services.TryAddSingleton<IPromptTokenizer>(static provider => provider.GetRequiredService<LocalModels>().Generator);
            services.TryAddSingleton<IEmbedder>(static provider => provider.GetRequiredService<LocalModels>().Embedder);
            services.TryAddSingleton<IReranker>(static provider => provider.GetRequiredService<LocalModels>().Embedder);
            services.TryAddSingleton(static provider => provider.GetRequiredService<IEmbedder>().AsIEmbeddingGenerator());
            services.TryAddSingleton<IChatClient>(static provider => provider.GetRequiredService<ITextGenerator>().AsIChatClient());
        }

        return new LocalInferenceBuilder(services, registry);
    }
}
