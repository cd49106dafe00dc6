namespace LocalInference.Abstractions;

/// <summary>Orders documents by how well they answer a query. Implementations are safe for concurrent use.</summary>
public interface IReranker
{
    /// <summary>Scores and orders documents.</summary>
    /// <param name="request">The query and the documents.</param>
    /// <param name="cancellationToken">Stops the work; nothing is returned then.</param>
    /// <returns>The documents, best first.</returns>
    /// <exception cref="LocalInferenceException">
    /// The request cannot be run: <see cref="ModelNotFoundException"/>, <see cref="ContextLengthException"/> for a document that is too
    /// long with its query, <see cref="BusyException"/>, <see cref="GenerationException"/> for a model that cannot rank.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">What ranks was disposed.</exception>
    ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken = default);
}
