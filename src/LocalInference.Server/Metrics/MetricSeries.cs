namespace LocalInference.Server.Metrics;

/// <summary>The values of one metric with one set of labels. Its family guards it.</summary>
/// <param name="bounds">Of its buckets.</param>
internal sealed class MetricSeries(double[] bounds)
{
    private readonly long[] _buckets = new long[bounds.Length];

    /// <summary>The sum of all values, or a gauge's last one.</summary>
    public double Value { get; private set; }

    public long Count { get; private set; }

    /// <summary>For each bound, how many values lie between the one before and it.</summary>
    public ReadOnlySpan<long> Buckets => _buckets;

    public void Set(double value) => Value = value;

    public void Add(double value)
    {
        Value += value;
        Count++;
        int bucket = 0;
        while (bucket < _buckets.Length && value > bounds[bucket])
        {
            bucket++;
        }

        if (bucket < _buckets.Length)
        {
            _buckets[bucket]++;
        }
    }
}
