using System.Diagnostics;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Embeds and ranks with models that are loaded when they are needed.</summary>
/// <param name="models">Where the models are.</param>
internal sealed class HostedEmbedder(IModelSource models) : IEmbedder, IReranker
{
    public EmbedderMetadata Metadata { get; } = new() { ProviderName = GenerationTelemetry.ProviderName, DefaultModel = models.DefaultModel };

    public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        long start = Stopwatch.GetTimestamp();
        using ModelUse use = await models.UseAsync(new ModelDemand(request.Model, KeepAlive: request.KeepAlive), cancellationToken).ConfigureAwait(false);
        EmbeddingResult result = await use.Model.EmbedAsync(request with { Model = use.Name }, cancellationToken).ConfigureAwait(false);
        return result with { LoadDuration = use.LoadDuration, TotalDuration = Stopwatch.GetElapsedTime(start) };
    }

    public async ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        long start = Stopwatch.GetTimestamp();
        using ModelUse use = await models.UseAsync(new ModelDemand(request.Model, KeepAlive: request.KeepAlive), cancellationToken).ConfigureAwait(false);
        RerankResult result = await use.Model.RerankAsync(request with { Model = use.Name }, cancellationToken).ConfigureAwait(false);
        return result with { LoadDuration = use.LoadDuration, TotalDuration = Stopwatch.GetElapsedTime(start) };
    }
}
