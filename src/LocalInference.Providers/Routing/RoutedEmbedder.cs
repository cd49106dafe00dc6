using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="ModelRouter.Embedder"/>.</summary>
internal sealed class RoutedEmbedder(ModelRouter router, IEmbedder? local) : IEmbedder
{
    public EmbedderMetadata Metadata { get; } = local?.Metadata ?? new() { ProviderName = ModelRouter.LocalName };

    public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using RoutingTable table = router.Hold();
        (string? model, RemoteProvider? provider) = table.Planner.Single(request.Model, request.LocalOnly);
        IEmbedder embedder = provider?.Embedder ?? local ?? throw ExceptionFactory.ModelUnknown(request.Model, []);
        return await embedder.EmbedAsync(request with { Model = model }, cancellationToken).ConfigureAwait(false);
    }
}
