namespace LocalInference.Abstractions;

/// <summary>
/// Turns texts into vectors. An <c>IEmbeddingGenerator</c> over any embedder comes from
/// <see cref="EmbedderExtensions.AsIEmbeddingGenerator(IEmbedder)"/>. Implementations are safe for concurrent use.
/// </summary>
public interface IEmbedder
{
    /// <summary>Who embeds; the same for the life of the embedder.</summary>
    EmbedderMetadata Metadata { get; }

    /// <summary>Embeds texts.</summary>
    /// <param name="request">The texts, and how.</param>
    /// <param name="cancellationToken">Stops the work; nothing is returned then.</param>
    /// <returns>A vector for each text, in the order of the request; none for no texts.</returns>
    /// <exception cref="LocalInferenceException">
    /// The request cannot be run: <see cref="ModelNotFoundException"/>, <see cref="ContextLengthException"/> for a text that is too long,
    /// <see cref="BusyException"/>, <see cref="GenerationException"/> for an option out of range or a model that cannot embed.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">What embeds was disposed.</exception>
    ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default);
}
