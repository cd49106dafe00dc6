using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Repeats what may succeed the next time.</summary>
internal static class Retry
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_mostPatience = TimeSpan.FromMinutes(2);

    /// <summary>Gets something that comes whole or not at all.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public static async Task<T> GetAsync<T>(TransferOptions options, string what, Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        T? result = default;
        await RunAsync(options, what, async () => result = await attempt().ConfigureAwait(false), static () => 0, cancellationToken).ConfigureAwait(false);
        return result!;
    }

    /// <param name="options">How often and how soon.</param>
    /// <param name="what">What fails, for the error.</param>
    /// <param name="attempt">Does it; says by its <see cref="TransferInterruptedException"/> that it may be done again.</param>
    /// <param name="progress">Grows as long as it comes further; then it is repeated for as long as it takes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="StoreException">It failed too often.</exception>
    public static async Task RunAsync(TransferOptions options, string what, Func<Task> attempt, Func<long> progress, CancellationToken cancellationToken)
    {
        int failures = 0;
        long reached = progress();
        while (true)
        {
            try
            {
                await attempt().ConfigureAwait(false);
                return;
            }
            catch (TransferInterruptedException e)
            {
                failures = progress() > reached ? 1 : failures + 1;
                reached = progress();
                if (failures > options.Retries || e.RetryAfter > s_mostPatience)
                {
                    throw ExceptionFactory.TransferFailed(options.IsUpload, what, e.Message, e);
                }

                await Task.Delay(Pause(options.RetryDelay, failures, e.RetryAfter), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // A little more than asked for, by chance, so that connections that broke together do not come back together.
    private static TimeSpan Pause(TimeSpan first, int failures, TimeSpan? retryAfter)
    {
        double seconds = Math.Min(first.TotalSeconds * Math.Pow(2, failures - 1), s_longestPause.TotalSeconds);
#pragma warning disable CA5394 // Nothing secret hangs on it.
        return TimeSpan.FromSeconds(Math.Max(seconds, retryAfter?.TotalSeconds ?? 0) * (1 + (Random.Shared.NextDouble() / 4)));
#pragma warning restore CA5394
    }
}
