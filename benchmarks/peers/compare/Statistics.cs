namespace LocalInference.Compare;

/// <summary>What is said about a series of figures.</summary>
internal static class Statistics
{
    /// <summary>The middle value; of an even number of them, the mean of the middle two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>From lowest to highest, as a share of the median.</summary>
    public static double Spread(IReadOnlyCollection<double> values) => (values.Max() - values.Min()) / Median(values);
}
