using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>What answers for this machine; <see langword="null"/>: nothing does. Immutable.</summary>
public sealed record LocalServices
{
    /// <summary>Nothing.</summary>
    public static LocalServices None { get; } = new();

    /// <summary>Local models that generate text. It must not send requests elsewhere.</summary>
    public ITextGenerator? Generator { get; init; }

    /// <summary>Local models that embed. It must not send requests elsewhere.</summary>
    public IEmbedder? Embedder { get; init; }

    /// <summary>Which local models there are.</summary>
    public IModelCatalog? Catalog { get; init; }

    /// <summary>Loads and unloads local models.</summary>
    public IModelLifetime? Lifetime { get; init; }

    /// <summary>How many requests wait for them, for <see cref="RoutePolicy.Overflow"/>.</summary>
    public IRuntimeStatus? Status { get; init; }
}
