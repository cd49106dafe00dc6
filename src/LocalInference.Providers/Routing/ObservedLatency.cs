namespace LocalInference.Providers;

/// <summary>How soon the answers of a model begin, the latest counting most. Safe for concurrent use.</summary>
internal sealed class ObservedLatency
{
    /// <summary>What a new time counts against those before: after ten requests two thirds of the old are forgotten.</summary>
    private const double Weight = 0.1;

    // Who fails at once must not look like who answers at once.
    private static readonly TimeSpan s_failure = TimeSpan.FromSeconds(10);

    private double _seconds = double.NaN;

    /// <summary>Seconds; 0: nothing is known yet.</summary>
    public double Seconds => Volatile.Read(ref _seconds) is var seconds && double.IsNaN(seconds) ? 0 : seconds;

    /// <summary>Takes note that no answer began.</summary>
    public void AddFailure(TimeSpan time) => Add(time + s_failure);

    public void Add(TimeSpan time)
    {
        // Two at a time may lose one of two values; an average does not mind.
        double before = Volatile.Read(ref _seconds);
        Volatile.Write(ref _seconds, double.IsNaN(before) ? time.TotalSeconds : before + (Weight * (time.TotalSeconds - before)));
    }
}
