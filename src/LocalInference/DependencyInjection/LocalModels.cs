using LocalInference.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>The models of an application, and the host that loads each when it is first needed and disposes it with the container.</summary>
internal sealed class LocalModels : IModelSource, IModelResolver, IAsyncDisposable, IDisposable
{
    private readonly ModelRegistry _registry;
    private readonly LocalTextGeneratorOptions _options;

    public LocalModels(ModelRegistry registry, IServiceProvider services)
    {
        _registry = registry;
        _options = new LocalTextGeneratorOptions
        {
            JsonSerializerOptions = registry.JsonSerializerOptions,
            TimeProvider = services.GetService<TimeProvider>() ?? TimeProvider.System,
            LoggerFactory = services.GetService<ILoggerFactory>(),
        };
        Host = new ModelHost(this, registry.Host with { TimeProvider = _options.TimeProvider, LoggerFactory = _options.LoggerFactory });
        Generator = new LocalTextGenerator(this, _options);
        Embedder = new HostedEmbedder(this);
    }

    public string? DefaultModel => _registry.DefaultModel;

    public ModelHost Host { get; }

    /// <summary>Answers for all models.</summary>
    public LocalTextGenerator Generator { get; }

    /// <summary>Embeds and ranks with all models.</summary>
    public HostedEmbedder Embedder { get; }

    /// <summary>Answers for one model.</summary>
    public ITextGenerator GeneratorOf(string name) => new LocalTextGenerator(new NamedModelSource(this, name), _options);

    /// <summary>Embeds and ranks with one model.</summary>
    public HostedEmbedder EmbedderOf(string name) => new(new NamedModelSource(this, name));

    public async ValueTask<ModelUse> UseAsync(ModelDemand demand, CancellationToken cancellationToken)
    {
        string name = demand.Model ?? DefaultModel ?? throw ExceptionFactory.ModelUnknown(null, [.. _registry.Models.Keys]);
        HostedModel hosted = await Host.AcquireAsync(name, demand.KeepAlive, demand.ContextLength, cancellationToken).ConfigureAwait(false);
        return new ModelUse(hosted.Model, hosted.Name, hosted.Location.Sampling, hosted.Location.Defaults, hosted.LoadDuration, hosted.Dispose);
    }

    public async ValueTask<ModelLocation?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (!_registry.Models.TryGetValue(name, out ModelLocation? model) && _registry.Resolver is { } others)
        {
            model = await others.FindAsync(name, cancellationToken).ConfigureAwait(false);
        }

        return model is null ? null : Complete(model);
    }

    public async ValueTask<IReadOnlyList<ModelLocation>> ListAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ModelLocation> others = _registry.Resolver is null ? [] : await _registry.Resolver.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. _registry.Models.Values.Concat(others.Where(other => !_registry.Models.ContainsKey(other.Name))).Select(Complete)];
    }

    public void Dispose() => Host.Dispose();

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private ModelLocation Complete(ModelLocation model) => model with
    {
        Path = Path.GetFullPath(model.Path),
        Options = model.Options with { LoggerFactory = model.Options.LoggerFactory ?? _options.LoggerFactory },
    };
}
