namespace LocalInference.Providers;

/// <summary>How soon the answers of a model begin, the latest counting most. Safe for concurrent use.</summary>
internal sealed class ObservedLatency
{
    /// <summary>What a new time counts against those before: after ten requests two thirds of the old are forgotten.</summary>
    private const double Weight = 0.1;

    private double _seconds = double.NaN;

    /// <summary>Seconds; 0: nothing is known yet.</summary>
    public double Seconds => Volatile.Read(ref _seconds) is var seconds && double.IsNaN(seconds) ? 0 : seconds;

    public void Add(TimeSpan time)
    {
        // Two at a time may lose one of two values; an average does not mind.
        double before = Volatile.Read(ref _seconds);
        Volatile.Write(ref _seconds, double.IsNaN(before) ? time.TotalSeconds : before + (Weight * (time.TotalSeconds - before)));
    }
}
