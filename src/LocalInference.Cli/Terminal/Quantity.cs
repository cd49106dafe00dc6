using System.Globalization;

namespace LocalInference.Cli.Terminal;

/// <summary>Numbers as people read them.</summary>
internal static class Quantity
{
    private static readonly string[] s_byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    private static readonly string[] s_countUnits = ["", "K", "M", "B", "T"];

    /// <summary>With a binary unit and about three digits: <c>4.37 GiB</c>.</summary>
    public static string Bytes(long bytes) => Scaled(bytes, 1024, s_byteUnits, " ");

    /// <summary>With a decimal unit and about three digits: <c>135M</c>.</summary>
    public static string Count(long count) => Scaled(count, 1000, s_countUnits, "");

    /// <summary>As Go and Ollama print a duration: <c>1.52s</c>, <c>31.4ms</c>.</summary>
    public static string Duration(TimeSpan duration) => duration.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###}ms");

    private static string Scaled(long number, int step, string[] units, string separator)
    {
        double scaled = number;
        int unit = 0;
        while (Math.Abs(scaled) >= step && unit < units.Length - 1)
        {
            scaled /= step;
            unit++;
        }

        string format = unit == 0 || Math.Abs(scaled) >= 100 ? "0" : Math.Abs(scaled) >= 10 ? "0.0" : "0.00";
        return scaled.ToString(format, CultureInfo.InvariantCulture) + (units[unit].Length == 0 ? "" : separator + units[unit]);
    }
}
