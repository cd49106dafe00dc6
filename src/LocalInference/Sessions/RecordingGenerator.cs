using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Remembers the tokens of the last answer with its prompt, as the model's cache has them. For one answer at a time.</summary>
/// <param name="inner">What generates.</param>
internal sealed class RecordingGenerator(ITextGenerator inner) : ITextGenerator
{
    public ReadOnlyMemory<int> Tokens { get; set; }

    /// <summary>The adapters that they were computed with.</summary>
    public IReadOnlyList<AdapterSelection>? Adapters { get; set; }

    public TextGeneratorMetadata Metadata => inner.Metadata;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (GenerationEvent e in inner.GenerateAsync(request with { ReturnTokens = true }, cancellationToken).ConfigureAwait(false))
        {
            if (e is GenerationEnded ended)
            {
                (Tokens, Adapters) = (ended.Tokens, request.Adapters);
            }

            yield return e;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);
}
