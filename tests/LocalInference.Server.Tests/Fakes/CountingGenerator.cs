using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>A generator that tells of each event that is taken from it.</summary>
internal sealed class CountingGenerator(ITextGenerator inner, Action count) : ITextGenerator
{
    public TextGeneratorMetadata Metadata => inner.Metadata;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (GenerationEvent e in inner.GenerateAsync(request, cancellationToken))
        {
            count();
            yield return e;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);
}
