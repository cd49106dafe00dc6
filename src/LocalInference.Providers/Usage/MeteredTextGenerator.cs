using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="UsageMeter.Over(ITextGenerator)"/>.</summary>
internal sealed class MeteredTextGenerator(ITextGenerator inner, UsageMeter meter) : ITextGenerator
{
    public TextGeneratorMetadata Metadata => inner.Metadata;

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : inner.GetService(serviceType, serviceKey);
    }

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        MeteredRequest metered = await meter.BeginAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            IAsyncEnumerator<GenerationEvent> events = inner.GenerateAsync(metered.Request, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (events.ConfigureAwait(false))
            {
                while (await NextAsync(events, metered).ConfigureAwait(false))
                {
                    yield return metered.Of(events.Current, inner.Metadata);
                }
            }
        }
        finally
        {
            metered.End(inner.Metadata);
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<GenerationEvent> events, MeteredRequest metered)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            metered.Failed(e);
            throw;
        }
    }
}
