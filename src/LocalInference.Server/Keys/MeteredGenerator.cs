using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Server.Keys;

/// <summary>Generates on behalf of a key's holder, and charges what it took.</summary>
internal sealed class MeteredGenerator(ITextGenerator inner, KeyHolder holder) : ITextGenerator
{
    public TextGeneratorMetadata Metadata => inner.Metadata;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Who leaves early is charged for what was sent: about a token for each piece.
        int tokens = 0;
        try
        {
            await foreach (GenerationEvent e in inner.GenerateAsync(request with { Caller = holder.Key.Name }, cancellationToken).ConfigureAwait(false))
            {
                tokens = e is GenerationEnded { Usage: { } usage } ? usage.PromptTokens - usage.CachedPromptTokens + usage.GeneratedTokens : tokens + 1;
                yield return e;
            }
        }
        finally
        {
            holder.Charge(tokens);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);
}
