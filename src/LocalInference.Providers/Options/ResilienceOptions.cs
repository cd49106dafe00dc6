namespace LocalInference.Providers;

/// <summary>How failures of a provider are met. Immutable.</summary>
public sealed record ResilienceOptions
{
    /// <summary>The defaults.</summary>
    public static ResilienceOptions Default { get; } = new();

    /// <summary>
    /// How often a request is sent again after a network error, an outage or a rate limit, as long as nothing of its answer was passed
    /// on. Default 3; 0: never. Another key after a 401 or 429 is no retry.
    /// </summary>
    public int Retries { get; init; } = 3;

    /// <summary>About how long to wait before the first retry; it doubles each time and is spread at random. Default 0.5 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// The longest wait before a retry. Where the provider's Retry-After asks for more, the request fails at once with that time, and
    /// whoever can fall back does. Default 30 s.
    /// </summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one try may take until the first of its answer comes. Models that think unseen take long. Default 2 minutes.</summary>
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long an answer may be silent between one line and the next once it has begun. Default 1 minute.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a request may take in all, waits, tries and the whole answer included. Default 10 minutes.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The share of tries failing by network or outage within <see cref="BreakerWindow"/> above which no more are sent for
    /// <see cref="BreakDuration"/>; then one is, and decides. Default 0.5; 1: only when all fail.
    /// </summary>
    public double BreakerFailureRatio { get; init; } = 0.5;

    /// <summary>How many tries there have to be within the window for a share to mean something. At least 2. Default 10.</summary>
    public int BreakerMinimumTries { get; init; } = 10;

    /// <summary>The time that the share is taken over. At least 0.5 s. Default 30 s.</summary>
    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nothing is sent. At least 0.5 s. Default 15 s.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// After which time without a first update the same request is sent a second time, the faster answer taken and the other one
    /// cancelled: a shorter tail for the price of some requests paid twice. <see langword="null"/>, the default: never.
    /// </summary>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>
    /// How long after the circuit breaker opened the endpoint is asked for the first time whether it answers again, which closes the breaker
    /// early; then after twice that time, up to a minute. <see langword="null"/>: never. Default 2 s.
    /// </summary>
    public TimeSpan? ProbeInterval { get; init; } = TimeSpan.FromSeconds(2);

    internal IEnumerable<string> Faults()
    {
        if (Retries < 0)
        {
            yield return "Resilience.Retries must not be negative";
        }

        if (BreakerFailureRatio is not (> 0 and <= 1))
        {
            yield return "Resilience.BreakerFailureRatio has to be above 0 and at most 1";
        }

        if (BreakerMinimumTries < 2)
        {
            yield return "Resilience.BreakerMinimumTries has to be at least 2";
        }

        if (BreakerWindow < TimeSpan.FromSeconds(0.5) || BreakDuration < TimeSpan.FromSeconds(0.5))
        {
            yield return "Resilience.BreakerWindow and BreakDuration have to be at least half a second";
        }

        if (RetryDelay < TimeSpan.Zero || MaxRetryDelay < RetryDelay || TryTimeout <= TimeSpan.Zero || IdleTimeout <= TimeSpan.Zero || TotalTimeout <= TimeSpan.Zero || HedgeAfter <= TimeSpan.Zero || ProbeInterval <= TimeSpan.Zero)
        {
            yield return "the times of Resilience have to be above 0, and MaxRetryDelay at least RetryDelay";
        }
    }
}
