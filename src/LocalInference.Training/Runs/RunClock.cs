namespace LocalInference.Training;

/// <summary>How fast a run is: over its last steps, because the machine may become busier.</summary>
internal sealed class RunClock(TimeProvider time)
{
    private const int Window = 20;

    private readonly long _begin = time.GetTimestamp();
    private readonly Queue<(long Timestamp, int Tokens)> _last = new();
    private long _windowStart = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(_begin);

    /// <summary>Tokens per second over the last steps.</summary>
    public double TokensPerSecond => Seconds > 0 ? _last.Sum(static s => s.Tokens) / Seconds : 0;

    private double Seconds => _last.Count == 0 ? 0 : time.GetElapsedTime(_windowStart, _last.Last().Timestamp).TotalSeconds;

    /// <summary>Counts a step that ends now.</summary>
    public void Add(int tokens)
    {
        _last.Enqueue((time.GetTimestamp(), tokens));
        if (_last.Count > Window)
        {
            _windowStart = _last.Dequeue().Timestamp;
        }
    }

    /// <summary>How long so many steps will take if they are like the last ones.</summary>
    public TimeSpan Remaining(int steps) => _last.Count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Seconds / _last.Count * steps);
}
