using System.Globalization;
using System.Xml.Linq;
using LocalInference.LoadTest.Charts;

namespace LocalInference.LoadTest.Tests.Charts;

public sealed class ChartTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Bars_are_as_long_as_their_values_and_inside_the_picture()
    {
        XElement svg = XElement.Parse(BarChart.Draw("a < b & \"c\"", "", "ms", [new("x", 10, 8, 20, Highlighted: true), new("y", 5, 5, 5, Highlighted: false)]).ToString());
        double[] widths = [.. svg.Elements(s_svg + "rect").Skip(1).Select(static bar => Number(bar, "width"))];

        Assert.Equal("a < b & \"c\"", svg.Element(s_svg + "title")?.Value);
        Assert.Equal(2, widths[0] / widths[1], 2);
        Assert.All(svg.Elements(s_svg + "rect"), bar => Assert.True(Number(bar, "x") + Number(bar, "width") <= Number(svg, "width")));
    }

    [Fact]
    public void A_plot_has_a_line_and_a_name_for_each_series()
    {
        PlotChart chart = new("t", "s", "ms", "%") { LogarithmicX = true };
        XElement svg = XElement.Parse(chart.Draw([ChartSeries.Distribution("one", [1, 10, 100]), ChartSeries.Distribution("two", [3])]).ToString());

        Assert.Equal(2, svg.Elements(s_svg + "polyline").Count());
        Assert.Contains(svg.Elements(s_svg + "text"), static text => text.Value == "two");
    }

    [Fact]
    public void A_plot_of_nothing_is_still_a_picture()
    {
        PlotChart chart = new("t", "s", "ms", "%") { LogarithmicX = true, LogarithmicY = true, Dots = true };

        Assert.Empty(XElement.Parse(chart.Draw([new ChartSeries("none", [])]).ToString()).Elements(s_svg + "circle"));
    }

    [Fact]
    public void Decades_are_equally_far_apart_on_a_logarithmic_axis()
    {
        AxisScale scale = new(0.4, 900, start: 0, end: 400, logarithmic: true);

        Assert.Equal([0.1, 1, 10, 100, 1000], scale.Ticks(), static (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(200, scale[10], 6);
        Assert.Equal(100, scale[1], 6);
        Assert.Equal(0, scale[0], 6);
    }

    [Theory]
    [InlineData(0, 10, new double[] { 0, 2, 4, 6, 8, 10 })]
    [InlineData(0, 900, new double[] { 0, 200, 400, 600, 800 })]
    [InlineData(0, 0.7, new double[] { 0, 0.2, 0.4, 0.6 })]
    public void Ticks_are_round(double low, double high, double[] expected) =>
        Assert.Equal(expected, new AxisScale(low, high, 0, 1, logarithmic: false).Ticks(), static (a, b) => Math.Abs(a - b) < 1e-9);

    [Fact]
    public void A_distribution_rises_to_all() =>
        Assert.Equal([(1, 50), (3, 100)], ChartSeries.Distribution("x", [3, 1]).Points);

    private static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
}
