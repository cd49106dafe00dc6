using LocalInference.Abstractions;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>Embeds, ranks and loads, but not before it is let.</summary>
internal sealed class HeldModels(Task release) : IEmbedder, IReranker, IModelLifetime
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EmbedderMetadata Metadata { get; } = new() { ProviderName = "held" };

    /// <summary>Completes when it is asked for something.</summary>
    public Task Asked => _asked.Task;

    public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        await WaitAsync(cancellationToken);
        return new EmbeddingResult { Model = "held", Embeddings = [.. request.Inputs.Select(static _ => new TextEmbedding(new float[] { 1 }, 1))] };
    }

    public async ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default)
    {
        await WaitAsync(cancellationToken);
        return new RerankResult { Model = "held", Documents = [new RankedDocument(0, 1, 1)], Score = RerankScore.Cosine, TokenCount = 1 };
    }

    public async ValueTask LoadAsync(string model, TimeSpan? keepAlive = null, CancellationToken cancellationToken = default) => await WaitAsync(cancellationToken);

    public ValueTask<bool> UnloadAsync(string model, CancellationToken cancellationToken = default) => new(false);

    private Task WaitAsync(CancellationToken cancellationToken)
    {
        _asked.TrySetResult();
        return release.WaitAsync(cancellationToken);
    }
}
