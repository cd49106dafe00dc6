using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Counts tokens: of local models by their own vocabulary, of others by an estimate, which is marked as one. Of a route it counts for the
/// first model. Nothing is sent anywhere.
/// </summary>
/// <param name="names">Whose the models are, as providers and routes are now.</param>
/// <param name="estimator">Estimates.</param>
/// <param name="local">Counts for local models; <see langword="null"/>: they are estimated too.</param>
internal sealed class RoutedTokenCounter(Func<ModelNames> names, TokenEstimator estimator, ITokenCounter? local) : ITokenCounter
{
    public ValueTask<TokenCount> CountTokensAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ModelNames known = names();
        string? model = known.Models(request.Model) is [var first, ..] ? first : null;
        return local is not null && (model is null || known.Provider(model, out _) is null)
            ? local.CountTokensAsync(request with { Model = model }, cancellationToken)
            : ValueTask.FromResult(estimator.Estimate(model, request));
    }
}
