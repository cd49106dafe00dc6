using System.Globalization;

namespace LocalInference.Text.GoTemplates;

/// <summary>Numbers as Go writes them (package strconv, FormatFloat with the shortest digits).</summary>
internal static class GoNumbers
{
    /// <summary>As <c>%v</c> does, where exponents begin at 1e21, or as JSON, where small ones begin below 1e-6.</summary>
    public static string Format(double value, bool asJson)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        }

        double size = Math.Abs(value);
        if (size != 0 && (size >= 1e21 || size < (asJson ? 1e-6 : 1e-4)))
        {
            return Exponential(value, asJson);
        }

        return value.ToString("0.####################################", CultureInfo.InvariantCulture) is var text && double.Parse(text, CultureInfo.InvariantCulture) == value
            ? text
            : Expand(value);
    }

    // 1.5e+21; Go writes at least two digits of the exponent, its JSON as few as it takes.
    private static string Exponential(double value, bool asJson)
    {
        string text = value.ToString("E16", CultureInfo.InvariantCulture);
        for (int digits = 0; digits < 17; digits++)
        {
            string shorter = value.ToString("E" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (double.Parse(shorter, CultureInfo.InvariantCulture) == value)
            {
                text = shorter;
                break;
            }
        }

        int mark = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = exponent < 0 ? "-" : "+";
        string size = Math.Abs(exponent).ToString(asJson && exponent < 0 ? "0" : "00", CultureInfo.InvariantCulture);
        return $"{text[..mark]}e{sign}{size}";
    }

    // The custom format keeps 15 digits; the shortest form that comes back may need 17, and puts an exponent at 1E+15.
    private static string Expand(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        int mark = text.IndexOf('E', StringComparison.Ordinal);
        return mark < 0 ? text : ((decimal)value).ToString(CultureInfo.InvariantCulture) is var plain && double.Parse(plain, CultureInfo.InvariantCulture) == value
            ? plain
            : new System.Numerics.BigInteger(value).ToString(CultureInfo.InvariantCulture);
    }
}
