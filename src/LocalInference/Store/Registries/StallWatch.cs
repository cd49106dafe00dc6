namespace LocalInference;

/// <summary>Gives up a connection that brings nothing, or next to nothing.</summary>
internal sealed class StallWatch : IDisposable
{
    // What a connection that is of any use brings within the time.
    private const int LeastBytes = 16 << 10;

    private readonly CancellationTokenSource _stalled;
    private readonly CancellationToken _cancelled;
    private readonly TimeSpan _timeout;
    private TimeSpan _left;
    private long _resumed;
    private int _bytes;

    public StallWatch(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _timeout = timeout;
        _cancelled = cancellationToken;
        _stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _left = timeout;
        Resume();
    }

    public CancellationToken Token => _stalled.Token;

    /// <summary>Whether it was this that ended the connection, and not the caller.</summary>
    public bool IsStalled => _stalled.IsCancellationRequested && !_cancelled.IsCancellationRequested;

    public void Received(int bytes)
    {
        _bytes += bytes;
        if (_bytes >= LeastBytes)
        {
            _bytes = 0;
            _left = _timeout;
            Resume();
        }
    }

    /// <summary>Does not count while it is we who do not read, or write to a slow disk.</summary>
    public void Pause()
    {
        _left -= TimeProvider.System.GetElapsedTime(_resumed);
        _stalled.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    public void Resume()
    {
        _resumed = TimeProvider.System.GetTimestamp();
        _stalled.CancelAfter(_left > TimeSpan.Zero ? _left : TimeSpan.Zero);
    }

    public void Dispose() => _stalled.Dispose();
}
