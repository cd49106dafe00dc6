namespace LocalInference.Abstractions;

/// <summary>Too many requests wait for the model already. Nothing of the request was computed.</summary>
public sealed class BusyException : LocalInferenceException
{
    internal BusyException(ErrorDetails details, TimeSpan retryAfter)
        : base(details, innerException: null) => RetryAfter = retryAfter;

    /// <summary>After about which time a place should be free, from how fast the waiting requests have been served; at least 1 s.</summary>
    public TimeSpan RetryAfter { get; }
}
