using System.Globalization;
using System.Numerics;

namespace LocalInference.Text.Jinja;

/// <summary>Floats with a fixed number of decimals, rounded exactly (half to even on the float's true value), as Python does.</summary>
internal static class DecimalText
{
    /// <summary>A number with so many decimals.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
        {
            return PythonNumbers.Format(value);
        }

        // .NET rounds ties away from zero, so the float is taken apart: mantissa times a power of two.
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        int exponent = Math.Max(1, (int)(bits >> 52)) - 1075;
        BigInteger scaled = ((bits & ((1L << 52) - 1)) | (bits >> 52 == 0 ? 0 : 1L << 52)) * BigInteger.Pow(10, decimals);
        if (exponent >= 0)
        {
            scaled <<= exponent;
        }
        else
        {
            BigInteger unit = BigInteger.One << -exponent;
            scaled = BigInteger.DivRem(scaled, unit, out BigInteger rest);
            int order = (rest << 1).CompareTo(unit);
            scaled += order > 0 || (order == 0 && !scaled.IsEven) ? 1 : 0;
        }

        string digits = scaled.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        string sign = double.IsNegative(value) ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }

    /// <summary>A number in scientific notation with so many decimals and Python's exponent of two digits or more.</summary>
    public static string Scientific(double value, int decimals, bool isUpper)
    {
        if (!double.IsFinite(value))
        {
            return PythonNumbers.Format(value);
        }

        string text = value.ToString("E" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int exponent = text.IndexOf('E', StringComparison.Ordinal);
        string digits = text[(exponent + 2)..].TrimStart('0').PadLeft(2, '0');
        return string.Concat(text.AsSpan(0, exponent), isUpper ? "E" : "e", text.AsSpan(exponent + 1, 1), digits);
    }

    /// <summary>The shorter of both, with so many significant digits.</summary>
    public static string General(double value, int digits, bool isUpper, bool keepsZeros = false)
    {
        if (!double.IsFinite(value))
        {
            return PythonNumbers.Format(value);
        }

        digits = Math.Max(1, digits);
        string scientific = Scientific(value, digits - 1, isUpper);
        int mark = scientific.IndexOfAny(['e', 'E']);
        int exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent >= -4 && exponent < digits)
        {
            string plain = Fixed(value, digits - 1 - exponent);
            return keepsZeros ? plain : TrimZeros(plain);
        }

        return keepsZeros ? scientific : TrimZeros(scientific[..mark]) + scientific[mark..];
    }

    public static double Round(double value, int decimals)
    {
        if (!double.IsFinite(value) || decimals > 330)
        {
            return value;
        }

        if (decimals >= 0)
        {
            return double.Parse(Fixed(value, decimals), CultureInfo.InvariantCulture);
        }

        BigInteger unit = BigInteger.Pow(10, -decimals);
        BigInteger whole = new(Math.Truncate(value));
        BigInteger quotient = BigInteger.DivRem(whole, unit, out BigInteger rest);
        int order = (BigInteger.Abs(rest) * 2).CompareTo(unit);
        bool isTie = order == 0 && value == Math.Truncate(value);
        bool away = order > 0 || (order == 0 && !isTie) || (isTie && !quotient.IsEven);
        double result = (double)((quotient + (away ? Math.Sign(value) : 0)) * unit);
        return result == 0 ? Math.CopySign(0, value) : result;
    }

    private static string TrimZeros(string text) => text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
}
