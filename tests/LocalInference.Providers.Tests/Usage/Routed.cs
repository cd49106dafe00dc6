using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers.Tests;

/// <summary>Says that somebody else answered.</summary>
internal sealed class Routed(ITextGenerator inner, GenerationRoute route) : ITextGenerator
{
    public TextGeneratorMetadata Metadata => inner.Metadata;

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (GenerationEvent e in inner.GenerateAsync(request, cancellationToken))
        {
            yield return e is GenerationStarted started ? started with { Route = route } : e;
        }
    }
}
