using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="UsageMeter.TokenCounter"/>.</summary>
internal sealed class RoutedTokenCounter(UsageMeter meter, TokenEstimator estimator, ITokenCounter? local) : ITokenCounter
{
    public ValueTask<TokenCount> CountTokensAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ModelNames names = meter.Models.Names;
        string? model = names.Models(request.Model) is [var first, ..] ? first : null;
        return local is not null && (model is null || names.Provider(model, out _) is null)
            ? local.CountTokensAsync(request with { Model = model }, cancellationToken)
            : ValueTask.FromResult(estimator.Estimate(model, request));
    }
}
