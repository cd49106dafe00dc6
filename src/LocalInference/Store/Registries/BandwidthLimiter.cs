namespace LocalInference;

/// <summary>Keeps all connections of a download together below a rate.</summary>
/// <param name="bytesPerSecond">The rate; <see langword="null"/>: any.</param>
internal sealed class BandwidthLimiter(long? bytesPerSecond)
{
    private readonly Lock _gate = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();

    // Seconds since the start when everything that was let through would have come at just that rate.
    private double _due;

    /// <summary>Waits until as many bytes may come.</summary>
    public async ValueTask WaitAsync(int bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is { } rate)
        {
            TimeSpan pause;
            lock (_gate)
            {
                double now = TimeProvider.System.GetElapsedTime(_started).TotalSeconds;
                _due = Math.Max(_due, now) + ((double)bytes / rate);
                pause = TimeSpan.FromSeconds(_due - now);
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
