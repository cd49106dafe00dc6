namespace LocalInference.Server.Keys;

/// <summary>
/// So much in a time: what is used up comes back evenly. More than is there can be taken by who does not know beforehand how much it will
/// be; then nothing more is given until that is made up for. Its user guards it.
/// </summary>
internal sealed class Allowance(int limit, TimeSpan time, TimeProvider clock)
{
    private double _left = limit;
    private long _last = clock.GetTimestamp();

    public int Limit => limit;

    public int Left => (int)Math.Max(0, Refill());

    /// <summary>How long until so much is there; zero: it is.</summary>
    public TimeSpan Until(double amount)
    {
        double missing = amount - Refill();
        return missing <= 0 ? TimeSpan.Zero : missing / limit * time;
    }

    public void Take(double amount) => _left = Refill() - amount;

    private double Refill()
    {
        long now = clock.GetTimestamp();
        _left = Math.Min(limit, _left + (clock.GetElapsedTime(_last, now) / time * limit));
        _last = now;
        return _left;
    }
}
