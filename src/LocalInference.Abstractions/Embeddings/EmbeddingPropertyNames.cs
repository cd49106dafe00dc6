namespace LocalInference.Abstractions;

/// <summary>Names in the <c>AdditionalProperties</c> of embeddings that an <c>IEmbeddingGenerator</c> over an <see cref="IEmbedder"/> returns.</summary>
public static class EmbeddingPropertyNames
{
    /// <summary>An <see cref="int"/>, where the text was cut: <see cref="TextEmbedding.DroppedTokens"/>.</summary>
    public const string DroppedTokens = "dropped_tokens";
}
