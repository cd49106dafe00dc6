namespace LocalInference.LoadTest.Charts;

/// <summary>Horizontal bars from zero with their values, and whiskers from the lowest to the highest round.</summary>
internal static class BarChart
{
    private const int Width = 760;
    private const int Left = 270;
    private const int Right = 110;
    private const int Top = 84;
    private const int RowHeight = 40;
    private const int BarHeight = 22;

    public static SvgCanvas Draw(string title, string subtitle, string unit, IReadOnlyList<ChartBar> bars)
    {
        int bottom = Top + (bars.Count * RowHeight);
        SvgCanvas canvas = new(Width, bottom + 44, title, subtitle);
        AxisScale scale = new(0, bars.Max(static bar => bar.High), Left, Width - Right, logarithmic: false);
        foreach (double tick in scale.Ticks())
        {
            canvas.Line(scale[tick], Top - 8, scale[tick], bottom, SvgCanvas.Faint);
            canvas.Text(scale[tick], bottom + 18, AxisScale.Label(tick), 11, SvgCanvas.Muted, SvgCanvas.Anchor.Middle);
        }

        canvas.Text(Width - Right, bottom + 34, unit, 11, SvgCanvas.Muted, SvgCanvas.Anchor.End);
        for (int i = 0; i < bars.Count; i++)
        {
            ChartBar bar = bars[i];
            double middle = Top + (i * RowHeight) + (BarHeight / 2.0);
            canvas.Text(Left - 12, middle + 4, bar.Label, 12, SvgCanvas.Ink, SvgCanvas.Anchor.End, bar.Highlighted ? 600 : 400);
            canvas.Rectangle(Left, middle - (BarHeight / 2.0), scale[bar.Value] - Left, BarHeight, bar.Highlighted ? SvgCanvas.Color(0) : "#b4bec8");
            if (bar.High > bar.Low)
            {
                canvas.Line(scale[bar.Low], middle, scale[bar.High], middle, SvgCanvas.Ink, 1.5);
                canvas.Line(scale[bar.Low], middle - 5, scale[bar.Low], middle + 5, SvgCanvas.Ink, 1.5);
                canvas.Line(scale[bar.High], middle - 5, scale[bar.High], middle + 5, SvgCanvas.Ink, 1.5);
            }

            canvas.Text(Math.Max(scale[bar.Value], scale[bar.High]) + 8, middle + 4, AxisScale.Label(Math.Round(bar.Value, 2)), 12, SvgCanvas.Ink);
        }

        canvas.Line(Left, Top - 8, Left, bottom, SvgCanvas.Muted);
        return canvas;
    }
}
