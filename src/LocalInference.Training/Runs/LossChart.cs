using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace LocalInference.Training;

/// <summary>The loss of each step and of each evaluation as an SVG picture (W3C SVG 1.1), from the lines of <c>metrics.jsonl</c>.</summary>
internal static class LossChart
{
    private const double Width = 720;
    private const double Height = 360;
    private const double Left = 60;
    private const double Right = 20;
    private const double Top = 40;
    private const double Bottom = 40;
    private const int GridLines = 5;

    // More points than pixels say nothing more and make a file of megabytes.
    private const int MostPoints = 1000;

    private const string TrainingColor = "#0072b2";
    private const string ValidationColor = "#d55e00";
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    /// <summary>Draws them; lines that are not whole are left out.</summary>
    public static string Draw(IEnumerable<string> metrics)
    {
        List<Point> losses = [];
        List<Point> evaluations = [];
        foreach (JsonElement line in metrics.Select(Parse).OfType<JsonElement>())
        {
            double step = line.GetProperty("step").GetDouble();
            losses.Add(new(step, line.GetProperty("loss").GetDouble()));
            if (line.TryGetProperty("validation_loss", out JsonElement loss))
            {
                evaluations.Add(new(step, loss.GetDouble()));
            }
        }

        XElement root = new(
            s_svg + "svg",
            new XAttribute("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {Height}")),
            new XAttribute("font-family", "system-ui, sans-serif"),
            new XAttribute("font-size", 12),
            new XAttribute("role", "img"),
            new XElement(s_svg + "title", "Loss of each step"),
            Shape("rect", ("width", Width), ("height", Height), ("fill", "#ffffff")),
            Text(Left, 24, "loss, nats per token", "start"));
        if (losses.Count > 0)
        {
            Scale scale = Scale.Of([.. losses, .. evaluations]);
            AddGrid(root, scale);
            root.Add(Curve(losses, scale, TrainingColor));
            if (evaluations.Count > 0)
            {
                root.Add(Curve(evaluations, scale, ValidationColor));
                root.Add(Text(Width - Right, 24, "validation", "end", ValidationColor), Text(Width - Right - 80, 24, "training", "end", TrainingColor));
            }
        }

        return root.ToString();
    }

    private static JsonElement? Parse(string line)
    {
        try
        {
            return JsonDocument.Parse(line).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void AddGrid(XElement root, Scale scale)
    {
        for (int i = 0; i <= GridLines; i++)
        {
            double loss = scale.Lowest + ((scale.Highest - scale.Lowest) * i / GridLines);
            double y = scale.Y(loss);
            root.Add(Shape("line", ("x1", Left), ("x2", Width - Right), ("y1", y), ("y2", y), ("stroke", "#e3e8ed")));
            root.Add(Text(Left - 6, y + 4, loss.ToString("G3", CultureInfo.InvariantCulture), "end"));
        }

        root.Add(Text(Left, Height - 14, $"step {scale.First:F0}", "start"), Text(Width - Right, Height - 14, $"step {scale.Last:F0}", "end"));
    }

    private static XElement Curve(List<Point> points, Scale scale, string color)
    {
        // Means of neighbours, so that the picture shows every step.
        int together = (points.Count + MostPoints - 1) / MostPoints;
        IEnumerable<string> coordinates = points
            .Chunk(together)
            .Select(part => string.Create(CultureInfo.InvariantCulture, $"{scale.X(part[^1].Step):F1},{scale.Y(part.Average(static p => p.Loss)):F1}"));
        return Shape("polyline", ("points", string.Join(' ', coordinates)), ("fill", "none"), ("stroke", color), ("stroke-width", 1.5));
    }

    private static XElement Text(double x, double y, string text, string anchor, string color = "#66727f")
    {
        XElement element = Shape("text", ("x", x), ("y", y), ("text-anchor", anchor), ("fill", color));
        element.Value = text;
        return element;
    }

    private static XElement Shape(string name, params (string Name, object Value)[] attributes) =>
        new(s_svg + name, attributes.Select(static a => new XAttribute(a.Name, a.Value is double number ? number.ToString("0.##", CultureInfo.InvariantCulture) : a.Value)));

    private readonly record struct Point(double Step, double Loss);

    // Steps to pixels and losses to pixels; losses from 0 only where they come near it.
    private sealed record Scale(double First, double Last, double Lowest, double Highest)
    {
        public static Scale Of(IReadOnlyCollection<Point> points)
        {
            double highest = points.Max(static p => p.Loss);
            double lowest = points.Min(static p => p.Loss);
            double margin = Math.Max((highest - lowest) * 0.05, 1e-3);
            return new Scale(points.Min(static p => p.Step), points.Max(static p => p.Step), Math.Max(0, lowest - margin), highest + margin);
        }

        public double X(double step) => Left + ((step - First) / Math.Max(1, Last - First) * (Width - Left - Right));

        public double Y(double loss) => Height - Bottom - ((loss - Lowest) / (Highest - Lowest) * (Height - Top - Bottom));
    }
}
