using System.Globalization;
using System.Numerics;

namespace LocalInference.Text;

/// <summary>
/// Writes numbers within bounds. Unbounded ends go as far as 16 digits before and behind the point; bounded numbers have no
/// exponent.
/// </summary>
internal static class NumberGrammar
{
    private const int MaxDigits = 16;

    /// <summary>Whole numbers within bounds; <see langword="null"/>: there are none.</summary>
    public static string? Integers(NumberBounds bounds)
    {
        BigInteger? minimum = bounds.Minimum is not { } low ? null
            : new BigInteger(decimal.Ceiling(low)) + (bounds.MinimumExcluded && low == decimal.Truncate(low) ? 1 : 0);
        BigInteger? maximum = bounds.Maximum is not { } high ? null
            : new BigInteger(decimal.Floor(high)) - (bounds.MaximumExcluded && high == decimal.Truncate(high) ? 1 : 0);
        if (minimum > maximum)
        {
            return null;
        }

        var ways = new List<string>();
        if (minimum is null || minimum < 0)
        {
            // As llama.cpp has it, -0 is an integer within a negative minimum, though not without one.
            BigInteger nearest = maximum < 0 ? -maximum.Value : minimum is null ? 1 : 0;
            ways.Add($"\"-\" ({Between(nearest, minimum is null ? Largest(nearest) : -minimum.Value)})");
        }

        if (maximum is null || maximum >= 0)
        {
            BigInteger nearest = BigInteger.Max(0, minimum ?? 0);
            ways.Add(Between(nearest, maximum ?? Largest(nearest)));
        }

        return string.Join(" | ", ways);
    }

    /// <summary>Numbers within bounds; <see langword="null"/>: there are none.</summary>
    public static string? Numbers(NumberBounds bounds)
    {
        var ways = new List<string>();
        if (bounds.Minimum is null or < 0)
        {
            (decimal? near, bool nearExcluded) = bounds.Maximum is < 0 ? (-bounds.Maximum, bounds.MaximumExcluded) : (0m, true);
            if (Magnitudes(near ?? 0, nearExcluded, -bounds.Minimum, bounds.MinimumExcluded) is { } negative)
            {
                ways.Add($"\"-\" ({negative})");
            }
        }

        if (bounds.Maximum is null or >= 0)
        {
            bool above = bounds.Minimum is >= 0;
            if (Magnitudes(above ? bounds.Minimum!.Value : 0, above && bounds.MinimumExcluded, bounds.Maximum, bounds.MaximumExcluded) is { } positive)
            {
                ways.Add(positive);
            }
        }

        return ways.Count == 0 ? null : string.Join(" | ", ways);
    }

    // Whole numbers, length by length: 7 to 123 is 7 to 9, 10 to 99 and 100 to 123.
    private static string Between(BigInteger low, BigInteger high)
    {
        string first = low.ToString(CultureInfo.InvariantCulture);
        string last = high.ToString(CultureInfo.InvariantCulture);
        var ways = new List<string>();
        for (int length = first.Length; length <= last.Length; length++)
        {
            string from = length == first.Length ? first : "1" + new string('0', length - 1);
            if (length < last.Length && IsRound(from) && last.All(c => c == '9'))
            {
                // From here on every number is within the bounds.
                ways.Add(length == 1 ? $"[{from}-9] | [1-9] [0-9]{{1,{last.Length - 1}}}" : $"[{from[0]}-9] [0-9]{{{length - 1}}} | [1-9] [0-9]{{{length},{last.Length - 1}}}");
                break;
            }

            ways.Add(DigitRange.SameLength(from, length == last.Length ? last : new string('9', length)));
        }

        return string.Join(" | ", ways);
    }

    private static bool IsRound(string number) => !number.AsSpan(1).ContainsAnyExcept('0');

    private static BigInteger Largest(BigInteger atLeast) =>
        BigInteger.Pow(10, Math.Max(MaxDigits, atLeast.ToString(CultureInfo.InvariantCulture).Length)) - 1;

    private static string? Magnitudes(decimal low, bool lowExcluded, decimal? high, bool highExcluded)
    {
        if (low > high || (low == high && (lowExcluded || highExcluded)))
        {
            return null;
        }

        (BigInteger whole, string decimals) = Split(low);
        var ways = new List<string>();
        if (high is not { } upper)
        {
            AddWhole(ways, whole, DigitRange.Decimals(decimals, lowExcluded, null, false));
            AddBetween(ways, whole + 1, Largest(whole + 1));
            return string.Join(" | ", ways);
        }

        (BigInteger upperWhole, string upperDecimals) = Split(upper);
        if (whole == upperWhole)
        {
            AddWhole(ways, whole, DigitRange.Decimals(decimals, lowExcluded, upperDecimals, highExcluded));
        }
        else
        {
            AddWhole(ways, whole, DigitRange.Decimals(decimals, lowExcluded, null, false));
            AddBetween(ways, whole + 1, upperWhole - 1);
            AddWhole(ways, upperWhole, DigitRange.Decimals(null, false, upperDecimals, highExcluded));
        }

        return ways.Count == 0 ? null : string.Join(" | ", ways);
    }

    private static void AddBetween(List<string> ways, BigInteger low, BigInteger high)
    {
        if (low <= high)
        {
            ways.Add($"({Between(low, high)}) (\".\" [0-9]{{1,{MaxDigits}}})?");
        }
    }

    private static void AddWhole(List<string> ways, BigInteger whole, (string? Digits, bool CanEnd) decimals)
    {
        string number = $"\"{whole.ToString(CultureInfo.InvariantCulture)}\"";
        if (decimals.Digits is not null)
        {
            ways.Add($"{number} (\".\" ({decimals.Digits})){(decimals.CanEnd ? "?" : "")}");
        }
        else if (decimals.CanEnd)
        {
            ways.Add(number);
        }
    }

    private static (BigInteger Whole, string Decimals) Split(decimal value)
    {
        string text = value.ToString(CultureInfo.InvariantCulture);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        return (new BigInteger(decimal.Truncate(value)), point < 0 ? "" : text[(point + 1)..].TrimEnd('0'));
    }
}
