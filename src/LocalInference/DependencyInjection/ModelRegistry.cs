using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>What an application offers, while it is put together.</summary>
internal sealed class ModelRegistry
{
    private readonly OrderedDictionary<string, ModelLocation> _models = new(StringComparer.Ordinal);
    private string? _defaultModel;

    public IReadOnlyDictionary<string, ModelLocation> Models => _models;

    public string? DefaultModel
    {
        get => _defaultModel ?? (_models.Count > 0 ? _models.GetAt(0).Key : null);
        set => _defaultModel = value;
    }

    /// <summary>Knows further models, by their own names; <see langword="null"/>: there are none.</summary>
    public IModelResolver? Resolver { get; set; }

    /// <summary>How the host keeps them: until the container is disposed, if nobody says otherwise.</summary>
    public ModelHostOptions Host { get; set; } = new() { KeepAlive = Timeout.InfiniteTimeSpan };

    public JsonSerializerOptions JsonSerializerOptions { get; set; } = AIJsonUtilities.DefaultOptions;

    public bool TryAdd(ModelLocation model) => _models.TryAdd(model.Name, model);
}
