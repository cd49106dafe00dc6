namespace LocalInference.Abstractions;

/// <summary>
/// A remote provider failed or refused. <see cref="LocalInferenceException.Code"/> is <c>provider_</c> and the kind in snake_case, or a
/// finer one: <c>provider_circuit_open</c> and <c>provider_busy</c> for what was refused here before it was sent.
/// </summary>
public sealed class ProviderException : LocalInferenceException
{
    internal ProviderException(ErrorDetails details, Exception? innerException = null)
        : base(details, innerException)
    {
    }

    /// <summary>What kind of error it is.</summary>
    public required ProviderErrorKind Kind { get; init; }

    /// <summary>The provider's name, as it is configured.</summary>
    public required string Provider { get; init; }

    /// <summary>The HTTP status; <see langword="null"/>: there was none, or the error came within an answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>After which time to try again; <see langword="null"/>: not said.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The provider's own code for the error, such as <c>insufficient_quota</c>; <see langword="null"/>: none.</summary>
    public string? ProviderCode { get; init; }

    /// <summary>
    /// What the provider wrote, keys replaced and at most 2,000 characters of it. It may repeat parts of the request, so it is neither
    /// in the message nor in logs. <see langword="null"/>: nothing.
    /// </summary>
    public string? ProviderMessage { get; init; }

    /// <summary>The provider's name for the request, to ask its support with; <see langword="null"/>: none.</summary>
    public string? RequestId { get; init; }
}
