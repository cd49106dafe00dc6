using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>Other faces of an <see cref="IEmbedder"/>.</summary>
public static class EmbedderExtensions
{
    /// <summary>
    /// An <c>IEmbeddingGenerator</c> over an embedder. It is safe for concurrent use and does not dispose the embedder. It maps
    /// <c>Dimensions</c> and <c>ModelId</c>; <c>RawRepresentationFactory</c> may return a new <see cref="EmbeddingRequest"/> with what
    /// the options cannot say, of which the inputs are replaced. A text that is longer than the model takes is a
    /// <see cref="ContextLengthException"/> unless such a request asks for truncation; what is cut then stands with the embedding, see
    /// <see cref="EmbeddingPropertyNames"/>.
    /// </summary>
    /// <param name="embedder">What embeds.</param>
    public static IEmbeddingGenerator<string, Embedding<float>> AsIEmbeddingGenerator(this IEmbedder embedder)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        return new EmbedderGenerator(embedder);
    }
}
