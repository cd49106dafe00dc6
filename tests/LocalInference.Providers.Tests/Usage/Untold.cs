using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

/// <summary>Does not say what its answers took.</summary>
internal sealed class Untold(ITextGenerator inner) : ITextGenerator
{
    public TextGeneratorMetadata Metadata => inner.Metadata;

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (GenerationEvent e in inner.GenerateAsync(request, cancellationToken))
        {
            yield return e is GenerationEnded ended ? ended with { Usage = ended.Usage with { PromptTokens = 0, GeneratedTokens = 0 } } : e;
        }
    }
}
