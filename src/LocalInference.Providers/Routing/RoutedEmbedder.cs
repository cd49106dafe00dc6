using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Embedder"/>.</summary>
internal sealed class RoutedEmbedder(RoutePlanner planner, IEmbedder? local) : IEmbedder
{
    public EmbedderMetadata Metadata { get; } = local?.Metadata ?? new() { ProviderName = ModelRouter.LocalName };

    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        (string? model, RemoteProvider? provider) = planner.Single(request.Model, request.LocalOnly);
        IEmbedder embedder = provider?.Embedder ?? local ?? throw ExceptionFactory.ModelUnknown(request.Model, []);
        return embedder.EmbedAsync(request with { Model = model }, cancellationToken);
    }
}
