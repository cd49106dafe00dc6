using System.Globalization;

namespace LocalInference;

/// <summary>Numbers of parameters as Ollama's lists write them: <c>494.03M</c>, <c>8.0B</c>, <c>7B</c>.</summary>
internal static class ParameterCount
{
    public static string Format(long count) => count switch
    {
        >= 1_000_000_000 => Scaled(count / 1e9, "B", "0.0"),
        >= 1_000_000 => Scaled(count / 1e6, "M", "0.00"),
        >= 1_000 => Scaled(count / 1e3, "K", "0"),
        _ => count.ToString(CultureInfo.InvariantCulture),
    };

    private static string Scaled(double number, string unit, string format) =>
        number.ToString(double.IsInteger(number) ? "0" : format, CultureInfo.InvariantCulture) + unit;
}
