using System.Text.Json.Serialization;

namespace LocalInference.Cli.Bench;

/// <summary>The same measurement, several times, in tokens per second.</summary>
internal sealed record Rates
{
    public Rates(IReadOnlyList<double> runs)
    {
        Runs = runs;
        Median = MedianOf([.. runs.Order()]);
    }

    public double Median { get; }

    /// <summary>In the order they were measured.</summary>
    public IReadOnlyList<double> Runs { get; }

    [JsonIgnore]
    public double Lowest => Runs.Min();

    [JsonIgnore]
    public double Highest => Runs.Max();

    /// <summary>From the lowest to the highest run, as a share of the median.</summary>
    [JsonIgnore]
    public double Spread => (Highest - Lowest) / Median;

    private static double MedianOf(double[] sorted)
    {
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
