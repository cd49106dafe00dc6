using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Remembers the tokens of the last answer with its prompt, as the model's cache has them. For one answer at a time.</summary>
/// <param name="inner">What generates.</param>
internal sealed class RecordingGenerator(ITextGenerator inner) : ITextGenerator
{
    /// <summary>The tokens, and the adapters that they were computed with.</summary>
    public (ReadOnlyMemory<int> Tokens, IReadOnlyList<AdapterSelection>? Adapters) Last { get; set; }

    public TextGeneratorMetadata Metadata => inner.Metadata;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (GenerationEvent e in inner.GenerateAsync(request with { ReturnTokens = true }, cancellationToken).ConfigureAwait(false))
        {
            if (e is GenerationEnded ended)
            {
                Last = (ended.Tokens, request.Adapters);
            }

            yield return e;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);
}
