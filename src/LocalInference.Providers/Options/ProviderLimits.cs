namespace LocalInference.Providers;

/// <summary>How much is sent to a provider at most, counted here. Immutable.</summary>
public sealed record ProviderLimits
{
    /// <summary>The defaults.</summary>
    public static ProviderLimits Default { get; } = new();

    /// <summary>Requests in any minute; <see langword="null"/>, the default: as many as come.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>
    /// Tokens in any minute, prompts (estimated from their length until the provider has counted them) and the most that answers may have;
    /// <see langword="null"/>, the default: as many as come.
    /// </summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>
    /// The longest that a request waits for the two limits above. One that would have to wait longer fails at once with the wait as its
    /// <c>RetryAfter</c>. Default 1 minute.
    /// </summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Requests under way at a time. Default 64.</summary>
    public int Concurrency { get; init; } = 64;

    /// <summary>How many more may wait for one of those to end; the next fails at once. Default 1,024.</summary>
    public int QueueLength { get; init; } = 1024;

    internal IEnumerable<string> Faults()
    {
        if (RequestsPerMinute < 1 || TokensPerMinute < 1 || Concurrency < 1)
        {
            yield return "RequestsPerMinute, TokensPerMinute and Concurrency of Limits have to be at least 1";
        }

        if (QueueLength < 0 || MaxWait < TimeSpan.Zero)
        {
            yield return "QueueLength and MaxWait of Limits must not be negative";
        }
    }
}
