using System.Globalization;
using System.Xml.Linq;

namespace LocalInference.LoadTest.Charts;

/// <summary>
/// An SVG picture (W3C SVG 1.1) with a title, a subtitle and the few shapes that charts are made of. On white, so that it reads
/// the same in a dark page; no scripts and no fonts of its own, so that it shows wherever a Markdown file is shown.
/// </summary>
internal sealed class SvgCanvas
{
    /// <summary>Text and lines that carry the message.</summary>
    public const string Ink = "#1f2933";

    /// <summary>Axes and what is said beside.</summary>
    public const string Muted = "#66727f";

    /// <summary>Grid lines.</summary>
    public const string Faint = "#e3e8ed";

    private const int Margin = 24;
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    // Ours first; the others stay apart for readers who do not see colours (Okabe and Ito 2008).
    private static readonly string[] s_palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

    private readonly XElement _root;

    public SvgCanvas(int width, int height, string title, string subtitle)
    {
        Width = width;
        _root = new XElement(
            s_svg + "svg",
            new XAttribute("viewBox", $"0 0 {width} {height}"),
            new XAttribute("width", width),
            new XAttribute("height", height),
            new XAttribute("font-family", "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"),
            new XAttribute("role", "img"),
            new XElement(s_svg + "title", title));
        Rectangle(0, 0, width, height, "#ffffff");
        Text(Margin, 34, title, 17, Ink, weight: 600);
        Text(Margin, 54, subtitle, 12, Muted);
    }

    /// <summary>Where a text comes to lie beside its point.</summary>
    public enum Anchor
    {
        Start,
        Middle,
        End,
    }

    public int Width { get; }

    /// <summary>The colour of the series at that place.</summary>
    public static string Color(int series) => s_palette[series % s_palette.Length];

    public void Rectangle(double x, double y, double width, double height, string fill, double opacity = 1) => Add(
        "rect",
        ("x", Number(x)),
        ("y", Number(y)),
        ("width", Number(width)),
        ("height", Number(height)),
        ("fill", fill),
        ("fill-opacity", Number(opacity)));

    public void Line(double x1, double y1, double x2, double y2, string color, double width = 1, bool dashed = false) => Add(
        "line",
        ("x1", Number(x1)),
        ("y1", Number(y1)),
        ("x2", Number(x2)),
        ("y2", Number(y2)),
        ("stroke", color),
        ("stroke-width", Number(width)),
        ("stroke-dasharray", dashed ? "5 4" : "none"));

    public void Polyline(IEnumerable<(double X, double Y)> points, string color) => Add(
        "polyline",
        ("points", string.Join(' ', points.Select(static point => $"{Number(point.X)},{Number(point.Y)}"))),
        ("fill", "none"),
        ("stroke", color),
        ("stroke-width", "2"),
        ("stroke-linejoin", "round"));

    public void Dot(double x, double y, string color) => Add("circle", ("cx", Number(x)), ("cy", Number(y)), ("r", "2.2"), ("fill", color), ("fill-opacity", "0.7"));

    public void Text(double x, double y, string text, int size, string color, Anchor anchor = Anchor.Start, int weight = 400) => Add(
        "text",
        ("x", Number(x)),
        ("y", Number(y)),
        ("font-size", Number(size)),
        ("fill", color),
        ("text-anchor", anchor switch { Anchor.Middle => "middle", Anchor.End => "end", _ => "start" }),
        ("font-weight", Number(weight))).Value = text;

    public override string ToString() => _root + "\n";

    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, ToString());
    }

    // A tenth of a pixel is more than anybody sees, and it keeps committed charts small.
    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private XElement Add(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        XElement element = new(s_svg + name);
        foreach ((string attribute, string value) in attributes)
        {
            element.SetAttributeValue(attribute, value);
        }

        _root.Add(element);
        return element;
    }
}
