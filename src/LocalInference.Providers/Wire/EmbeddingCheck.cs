using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Refuses, before anything is sent, what no provider's interface for vectors has a field for.</summary>
internal static class EmbeddingCheck
{
    /// <exception cref="GenerationException">The first option that the provider has nothing for (<c>option_unsupported</c>).</exception>
    public static void Check(EmbeddingRequest request, string provider, bool takesTokens, bool cutsEnds = false)
    {
        if (request.Pooling is not null)
        {
            throw ExceptionFactory.OptionUnsupported(provider, nameof(request.Pooling));
        }

        if (request.Truncation != TextTruncation.Error && !(cutsEnds && request.Truncation == TextTruncation.End))
        {
            throw ExceptionFactory.OptionUnsupported(provider, nameof(request.Truncation));
        }

        if (!request.Normalize)
        {
            throw ExceptionFactory.OptionUnsupported(provider, nameof(request.Normalize));
        }

        if (!takesTokens && request.Inputs.Any(static input => input.Text is null))
        {
            throw ExceptionFactory.OptionUnsupported(provider, nameof(EmbeddingInput.Tokens));
        }
    }
}
