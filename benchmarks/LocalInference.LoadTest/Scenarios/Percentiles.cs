namespace LocalInference.LoadTest.Scenarios;

/// <summary>What is said about a series of latencies.</summary>
internal static class Percentiles
{
    /// <summary>
    /// The value that the given share of values does not exceed, between two of them linearly (NIST Engineering Statistics
    /// Handbook 7.2.6.2, R's type 7).
    /// </summary>
    /// <param name="sorted">At least one, ascending.</param>
    /// <param name="share">From 0 to 1.</param>
    public static double Of(IReadOnlyList<double> sorted, double share)
    {
        double place = share * (sorted.Count - 1);
        int below = (int)place;
        int above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }

    /// <summary>p50, p95, p99 and the highest of a series into the metrics, under names that begin with its own; nothing of an empty one.</summary>
    public static void Add(SortedDictionary<string, double> metrics, string name, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            return;
        }

        metrics[$"{name}_p50_ms"] = Of(sorted, 0.50);
        metrics[$"{name}_p95_ms"] = Of(sorted, 0.95);
        metrics[$"{name}_p99_ms"] = Of(sorted, 0.99);
        metrics[$"{name}_max_ms"] = sorted[^1];
    }
}
