using LocalInference.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LocalInference;

/// <summary>The models of an application: each is loaded when it is first needed, and disposed with the container.</summary>
internal sealed class LocalModels : IModelSource, IModelCatalog, IRuntimeStatus, IModelLifetime, IAsyncDisposable, IDisposable
{
    private readonly ModelRegistry _registry;
    private readonly Dictionary<string, ModelSlot> _slots;
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
        _slots = registry.Models.ToDictionary(static model => model.Key, model => new ModelSlot(model.Key, model.Value, _options), StringComparer.Ordinal);
        Generator = new LocalTextGenerator(this, _options);
    }

    public string? DefaultModel => _registry.DefaultModel;

    /// <summary>Answers for all models.</summary>
    public LocalTextGenerator Generator { get; }

    /// <summary>Answers for one model.</summary>
    public ITextGenerator GeneratorOf(string name) => new LocalTextGenerator(Slot(name), _options);

    public ValueTask<ModelUse> UseAsync(ModelDemand demand, CancellationToken cancellationToken) =>
        Slot(demand.Model ?? DefaultModel).UseAsync(demand, cancellationToken);

    public async ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default)
    {
        var models = new List<ModelDescription>(_slots.Count);
        foreach ((string name, RegisteredModel model) in _registry.Models)
        {
            models.Add(await ModelFileDescription.ReadAsync(name, model, cancellationToken).ConfigureAwait(false));
        }

        return models;
    }

    public async ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _registry.Models.TryGetValue(model, out RegisteredModel? found)
            ? await ModelFileDescription.ReadAsync(model, found, cancellationToken).ConfigureAwait(false)
            : null;
    }

    public IReadOnlyList<LoadedModel> GetLoadedModels() => [.. _slots.Values.Select(static slot => slot.Status).OfType<LoadedModel>()];

    public async ValueTask LoadAsync(string model, TimeSpan? keepAlive = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        using ModelUse use = await Slot(model).UseAsync(new ModelDemand(model, KeepAlive: keepAlive), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<bool> UnloadAsync(string model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return _slots.TryGetValue(model, out ModelSlot? slot) ? slot.UnloadAsync(cancellationToken) : new(false);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        foreach (ModelSlot slot in _slots.Values)
        {
            await slot.DisposeAsync().ConfigureAwait(false);
        }
    }

    private ModelSlot Slot(string? name) => name is not null && _slots.TryGetValue(name, out ModelSlot? slot) ? slot : throw ExceptionFactory.ModelUnknown(name, [.. _slots.Keys]);
}
