namespace LocalInference.LoadTest.Charts;

/// <summary>Lines or dots over two axes, with a legend.</summary>
internal sealed record PlotChart(string Title, string Subtitle, string XUnit, string YUnit)
{
    private const int Width = 760;
    private const int Left = 70;
    private const int Right = 30;
    private const int PlotHeight = 274;
    private const int LegendTop = 74;
    private const int LegendStep = 18;

    // About the width of a letter of the legend; SVG has no layout of its own.
    private const double LetterWidth = 6.4;

    // A logarithmic axis shows so much below its highest value; what is less lies on its end.
    private const double ShownRange = 1e4;

    // Most points of a line: more than pixels tell nothing.
    private const int MostPoints = 600;

    public bool LogarithmicX { get; init; }

    public bool LogarithmicY { get; init; }

    /// <summary>Dots where they lie, for what scatters; otherwise a line.</summary>
    public bool Dots { get; init; }

    /// <summary>Draws series that have points, one at least.</summary>
    public SvgCanvas Draw(IReadOnlyList<ChartSeries> series)
    {
        (double X, double Y)[] legend = [.. Legend(series)];
        double top = legend[^1].Y + 42;
        double bottom = top + PlotHeight;
        SvgCanvas canvas = new(Width, (int)bottom + 50, Title, Subtitle);
        AxisScale x = Axis(series.SelectMany(static s => s.Points).Select(static point => point.X), Left, Width - Right, LogarithmicX);
        AxisScale y = Axis(series.SelectMany(static s => s.Points).Select(static point => point.Y), bottom, top, LogarithmicY);
        DrawAxes(canvas, x, y, top, bottom);
        for (int i = 0; i < series.Count; i++)
        {
            string color = SvgCanvas.Color(i);
            if (series[i].Mark is { } mark)
            {
                canvas.Line(x[mark], top, x[mark], bottom, color, 1.5, dashed: true);
            }

            DrawSeries(canvas, series[i].Points, x, y, color);
            canvas.Rectangle(legend[i].X, legend[i].Y, 12, 12, color);
            canvas.Text(legend[i].X + LegendStep, legend[i].Y + 10, series[i].Name, 12, SvgCanvas.Ink);
        }

        return canvas;
    }

    // Side by side, and on the next line where there is no room.
    private static IEnumerable<(double X, double Y)> Legend(IReadOnlyList<ChartSeries> series)
    {
        (double x, double y) = (Left, LegendTop);
        foreach (ChartSeries one in series)
        {
            double width = LegendStep + (one.Name.Length * LetterWidth);
            if (x > Left && x + width > Width - Right)
            {
                (x, y) = (Left, y + LegendStep);
            }

            yield return (x, y);
            x += width + LegendStep;
        }
    }

    private static AxisScale Axis(IEnumerable<double> values, double start, double end, bool logarithmic)
    {
        double[] sorted = [.. values.Where(value => !logarithmic || value > 0).Order()];
        return sorted.Length == 0
            ? new AxisScale(logarithmic ? 1 : 0, 10, start, end, logarithmic)
            : new AxisScale(logarithmic ? Math.Max(sorted[0], sorted[^1] / ShownRange) : Math.Min(0, sorted[0]), sorted[^1], start, end, logarithmic);
    }

    private void DrawAxes(SvgCanvas canvas, AxisScale x, AxisScale y, double top, double bottom)
    {
        foreach (double tick in x.Ticks())
        {
            canvas.Line(x[tick], top, x[tick], bottom, SvgCanvas.Faint);
            canvas.Text(x[tick], bottom + 18, AxisScale.Label(tick), 11, SvgCanvas.Muted, SvgCanvas.Anchor.Middle);
        }

        foreach (double tick in y.Ticks())
        {
            canvas.Line(Left, y[tick], Width - Right, y[tick], SvgCanvas.Faint);
            canvas.Text(Left - 8, y[tick] + 4, AxisScale.Label(tick), 11, SvgCanvas.Muted, SvgCanvas.Anchor.End);
        }

        canvas.Line(Left, bottom, Width - Right, bottom, SvgCanvas.Muted);
        canvas.Text(Width - Right, bottom + 36, XUnit, 11, SvgCanvas.Muted, SvgCanvas.Anchor.End);
        canvas.Text(Left - 8, top - 8, YUnit, 11, SvgCanvas.Muted);
    }

    private void DrawSeries(SvgCanvas canvas, IReadOnlyList<(double X, double Y)> points, AxisScale x, AxisScale y, string color)
    {
        if (Dots)
        {
            foreach ((double X, double Y) point in points)
            {
                canvas.Dot(x[point.X], y[point.Y], color);
            }

            return;
        }

        int step = Math.Max(1, points.Count / MostPoints);
        canvas.Polyline(points.Where((_, i) => i % step == 0 || i == points.Count - 1).Select(point => (x[point.X], y[point.Y])), color);
    }
}
