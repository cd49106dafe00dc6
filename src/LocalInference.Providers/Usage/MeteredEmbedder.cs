using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="UsageMeter.Over(IEmbedder)"/>.</summary>
internal sealed class MeteredEmbedder(IEmbedder inner, UsageMeter meter) : IEmbedder
{
    public EmbedderMetadata Metadata => inner.Metadata;

    public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        PricedModels models = meter.Models;
        string? model = models.Names.Models(request.Model) is [var first, ..] ? first : null;
        (List<BudgetAccount> accounts, decimal promise) = await meter.PromiseAsync(models, request.Caller, request.Model, model, Estimate(request), cancellationToken).ConfigureAwait(false);
        long begun = meter.Time.GetTimestamp();
        string outcome = "abandoned";
        EmbeddingResult? result = null;
        try
        {
            result = await inner.EmbedAsync(request, cancellationToken).ConfigureAwait(false);
            outcome = "ok";
            return result;
        }
        catch (LocalInferenceException e)
        {
            outcome = e.Code;
            throw;
        }
        finally
        {
            string answered = model ?? result?.Model ?? "";
            int tokens = (int)Math.Min(int.MaxValue, result?.TokenCount ?? 0);
            meter.End(accounts, promise, request.Model, new UsageEntry
            {
                Time = meter.Time.GetUtcNow(),
                Caller = request.Caller,
                Requested = request.Model,
                Model = answered,
                Provider = models.Names.Provider(answered, out _)?.Name ?? ModelRouter.LocalName,
                Operation = "embeddings",
                Outcome = outcome,
                PromptTokens = tokens,
                Cost = tokens == 0 ? 0 : models.PriceOf(answered) is { } price ? tokens * price.Input / 1_000_000m : null,
                Duration = meter.Time.GetElapsedTime(begun),
            });
        }
    }

    // About 4 characters a token; its own tokens a text may bring along.
    private static int Estimate(EmbeddingRequest request) => (int)Math.Min(int.MaxValue, request.Inputs.Sum(static input => input.Text is { } text ? (text.Length + 3L) / 4 : input.Tokens.Length));
}
