using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Tests.Scenarios;

public sealed class PercentileTests
{
    // numpy.percentile(values, 100 * share), whose default is the same definition.
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, 0.5, 2.5)]
    [InlineData(new double[] { 1, 2, 3, 4, 5 }, 0.5, 3)]
    [InlineData(new double[] { 15, 20, 35, 40, 50 }, 0.4, 29)]
    [InlineData(new double[] { 15, 20, 35, 40, 50 }, 0.99, 49.6)]
    [InlineData(new double[] { 7 }, 0.99, 7)]
    [InlineData(new double[] { 1, 9 }, 0, 1)]
    [InlineData(new double[] { 1, 9 }, 1, 9)]
    public void A_percentile_lies_between_its_neighbours(double[] sorted, double share, double expected) =>
        Assert.Equal(expected, Percentiles.Of(sorted, share), 9);

    [Fact]
    public void A_series_becomes_four_figures_and_an_empty_one_none()
    {
        SortedDictionary<string, double> metrics = new(StringComparer.Ordinal);
        Percentiles.Add(metrics, "a", [3, 1, 2]);
        Percentiles.Add(metrics, "b", []);

        Assert.Equal("a_max_ms a_p50_ms a_p95_ms a_p99_ms", string.Join(' ', metrics.Keys));
        Assert.Equal(2, metrics["a_p50_ms"]);
        Assert.Equal(3, metrics["a_max_ms"]);
    }
}
