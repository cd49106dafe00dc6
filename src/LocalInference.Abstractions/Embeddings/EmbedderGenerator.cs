using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>See <see cref="EmbedderExtensions.AsIEmbeddingGenerator(IEmbedder)"/>.</summary>
internal sealed class EmbedderGenerator(IEmbedder embedder) : IEmbeddingGenerator<string, Embedding<float>>
{
    private static readonly EmbeddingRequest s_empty = new() { Inputs = [] };

    private readonly EmbeddingGeneratorMetadata _metadata = new(
        embedder.Metadata.ProviderName,
        embedder.Metadata.ProviderUri,
        embedder.Metadata.DefaultModel,
        embedder.Metadata.DefaultDimensions);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values,
        EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        EmbeddingRequest request = options?.RawRepresentationFactory?.Invoke(this) as EmbeddingRequest ?? s_empty;
        EmbeddingResult result = await embedder.EmbedAsync(
            request with
            {
                Inputs = [.. values.Select(static text => new EmbeddingInput(text))],
                Model = request.Model ?? options?.ModelId,
                Dimensions = request.Dimensions ?? options?.Dimensions,
            },
            cancellationToken).ConfigureAwait(false);

        DateTimeOffset now = DateTimeOffset.UtcNow;
        return new(result.Embeddings.Select(e => new Embedding<float>(e.Vector)
        {
            ModelId = result.Model,
            CreatedAt = now,
            AdditionalProperties = e.DroppedTokens > 0 ? new() { [EmbeddingPropertyNames.DroppedTokens] = e.DroppedTokens } : null,
        }))
        {
            Usage = new() { InputTokenCount = result.TokenCount, TotalTokenCount = result.TokenCount },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(embedder) ? embedder
            : null;
    }

    /// <summary>The embedder is not the generator's own.</summary>
    public void Dispose()
    {
    }
}
