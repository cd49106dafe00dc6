using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using LocalInference.Server.Metrics;

namespace LocalInference.Server.Keys;

/// <summary>Generates on behalf of whoever asks, counts what it took, and charges his key.</summary>
internal sealed class MeteredGenerator(ITextGenerator inner, KeyHolder? holder) : ITextGenerator
{
    public TextGeneratorMetadata Metadata => inner.Metadata;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Who leaves early is charged for what was sent: about a token for each piece.
        int tokens = 0;
        GenerationStarted? started = null;
        GenerationUsage? taken = null;
        request = holder is null ? request : request with { Caller = holder.Key.Name };
        try
        {
            await foreach (GenerationEvent e in inner.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
            {
                started ??= e as GenerationStarted;
                taken = (e as GenerationEnded)?.Usage;
                tokens = taken is null ? tokens + 1 : taken.PromptTokens - taken.CachedPromptTokens + taken.GeneratedTokens;
                yield return e;
            }
        }
        finally
        {
            holder?.Charge(tokens);
            if (started is not null)
            {
                RequestMeter.Record(holder?.Key.Name, started.Model, request.Adapters, taken);
            }
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => inner.GetService(serviceType, serviceKey);
}
