using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>What a provider's error means.</summary>
/// <param name="Kind">Which kind of error it is.</param>
/// <param name="Code">The provider's own code for it.</param>
/// <param name="Message">What it wrote.</param>
internal sealed record ProviderFault(ProviderErrorKind Kind, string? Code, string? Message)
{
    /// <summary>Whether the model that was asked for is not there.</summary>
    public bool IsModelUnknown { get; init; }

    /// <summary>What a status means where a provider says nothing finer.</summary>
    public static ProviderErrorKind Of(int status) => status switch
    {
        401 or 403 => ProviderErrorKind.Authentication,
        429 => ProviderErrorKind.RateLimit,
        408 or 409 or >= 500 => ProviderErrorKind.Outage,
        _ => ProviderErrorKind.BadRequest,
    };
}
