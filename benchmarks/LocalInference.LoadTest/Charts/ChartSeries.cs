namespace LocalInference.LoadTest.Charts;

/// <summary>A series of a plot.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Points">In the units of the axes.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>A value of the x axis to mark in the colour of the series; <see langword="null"/>: none.</summary>
    public double? Mark { get; init; }

    /// <summary>The share of values that are no higher than each of them.</summary>
    public static ChartSeries Distribution(string name, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new ChartSeries(name, [.. sorted.Select((value, i) => (value, 100.0 * (i + 1) / sorted.Length))]);
    }
}
