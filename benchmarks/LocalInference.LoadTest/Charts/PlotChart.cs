namespace LocalInference.LoadTest.Charts;

/// <summary>Lines or dots over two axes, with a legend.</summary>
internal sealed record PlotChart(string Title, string Subtitle, string XUnit, string YUnit)
{
    private const int Width = 760;
    private const int Height = 430;
    private const int Left = 70;
    private const int Right = 30;
    private const int Top = 106;
    private const int Bottom = 380;
    private const int LegendStep = 18;

    // Most points of a line: more than pixels tell nothing.
    private const int MostPoints = 600;

    public bool LogarithmicX { get; init; }

    public bool LogarithmicY { get; init; }

    /// <summary>Dots where they lie, for what scatters; otherwise a line.</summary>
    public bool Dots { get; init; }

    /// <summary>Draws series that have points, one at least.</summary>
    public SvgCanvas Draw(IReadOnlyList<ChartSeries> series)
    {
        SvgCanvas canvas = new(Width, Height, Title, Subtitle);
        AxisScale x = Axis(series.SelectMany(static s => s.Points).Select(static point => point.X), Left, Width - Right, LogarithmicX);
        AxisScale y = Axis(series.SelectMany(static s => s.Points).Select(static point => point.Y), Bottom, Top, LogarithmicY);
        DrawAxes(canvas, x, y);
        double legend = Left;
        for (int i = 0; i < series.Count; i++)
        {
            string color = SvgCanvas.Color(i);
            if (series[i].Mark is { } mark)
            {
                canvas.Line(x[mark], Top, x[mark], Bottom, color, 1.5, dashed: true);
            }

            DrawSeries(canvas, series[i].Points, x, y, color);
            canvas.Rectangle(legend, 74, 12, 12, color);
            canvas.Text(legend + LegendStep, 84, series[i].Name, 12, SvgCanvas.Ink);

            // About the width of a letter at this size; SVG has no layout of its own.
            legend += LegendStep + (series[i].Name.Length * 6.6) + LegendStep;
        }

        return canvas;
    }

    private static AxisScale Axis(IEnumerable<double> values, double start, double end, bool logarithmic)
    {
        double[] sorted = [.. values.Where(value => !logarithmic || value > 0).Order()];
        return sorted.Length == 0
            ? new AxisScale(logarithmic ? 1 : 0, 10, start, end, logarithmic)
            : new AxisScale(logarithmic ? sorted[0] : Math.Min(0, sorted[0]), sorted[^1], start, end, logarithmic);
    }

    private void DrawAxes(SvgCanvas canvas, AxisScale x, AxisScale y)
    {
        foreach (double tick in x.Ticks())
        {
            canvas.Line(x[tick], Top, x[tick], Bottom, SvgCanvas.Faint);
            canvas.Text(x[tick], Bottom + 18, AxisScale.Label(tick), 11, SvgCanvas.Muted, SvgCanvas.Anchor.Middle);
        }

        foreach (double tick in y.Ticks())
        {
            canvas.Line(Left, y[tick], Width - Right, y[tick], SvgCanvas.Faint);
            canvas.Text(Left - 8, y[tick] + 4, AxisScale.Label(tick), 11, SvgCanvas.Muted, SvgCanvas.Anchor.End);
        }

        canvas.Line(Left, Bottom, Width - Right, Bottom, SvgCanvas.Muted);
        canvas.Text(Width - Right, Bottom + 36, XUnit, 11, SvgCanvas.Muted, SvgCanvas.Anchor.End);
        canvas.Text(Left - 8, Top - 8, YUnit, 11, SvgCanvas.Muted);
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
