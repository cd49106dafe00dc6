using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>A generator that takes a request at once and has nothing to say before it is let.</summary>
internal sealed class HeldGenerator(Task release) : ITextGenerator
{
    public TextGeneratorMetadata Metadata { get; } = new() { ProviderName = "held" };

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return new GenerationStarted("answer", "held", DateTimeOffset.UnixEpoch);
        await release.WaitAsync(cancellationToken);
        yield return new TextDelta("x");
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;
}
