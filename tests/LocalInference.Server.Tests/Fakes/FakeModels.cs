using System.Collections.Concurrent;
using LocalInference.Abstractions;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>A catalog, its lifetime and its status, of models that are only described.</summary>
internal sealed class FakeModels(params ModelDescription[] models) : IModelCatalog, IModelLifetime, IRuntimeStatus
{
    public static ModelDescription Chat { get; } = new()
    {
        Name = "chat",
        ProviderName = "fake",
        Capabilities = ModelCapabilities.Completion | ModelCapabilities.Chat | ModelCapabilities.Tools,
        Architecture = "llama",
        ParameterCount = 8_030_261_312,
        Quantization = "Q4_K_M",
        ContextLength = 4096,
        EmbeddingLength = 64,
        SizeInBytes = 1234,
        ModifiedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        System = "Be brief.",
        Sampling = new SamplingOverrides { Temperature = 0.5f },
    };

    public static ModelDescription Thinker { get; } = Chat with { Name = "thinker:latest", Capabilities = Chat.Capabilities | ModelCapabilities.Reasoning, ModifiedAt = null };

    /// <summary>A model without a chat template.</summary>
    public static ModelDescription Plain { get; } = Chat with { Name = "plain", Capabilities = ModelCapabilities.Completion };

    private readonly ConcurrentDictionary<string, LoadedModel> _loaded = new(StringComparer.Ordinal);

    /// <summary>What was loaded and unloaded, as <c>load NAME TIME</c> and <c>unload NAME</c>.</summary>
    public ConcurrentQueue<string> Changes { get; } = new();

    public ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default) => new(models);

    public ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default) =>
        new(Array.Find(models, known => known.Name == model));

    public ValueTask LoadAsync(string model, TimeSpan? keepAlive = null, CancellationToken cancellationToken = default)
    {
        Changes.Enqueue($"load {model} {keepAlive}");
        _loaded[model] = new LoadedModel { Name = model, SizeInBytes = 99, GpuBytes = 9, ContextLength = 512 };
        return default;
    }

    public ValueTask<bool> UnloadAsync(string model, CancellationToken cancellationToken = default)
    {
        Changes.Enqueue($"unload {model}");
        return new(_loaded.TryRemove(model, out _));
    }

    public IReadOnlyList<LoadedModel> GetLoadedModels() => [.. _loaded.Values];
}
