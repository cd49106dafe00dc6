using System.Buffers;
using System.Globalization;

namespace LocalInference.Server.Generation;

/// <summary>Durations as Go's time.ParseDuration reads them: <c>1h30m</c>, <c>-1.5s</c>, <c>0</c>.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> s_number = SearchValues.Create("0123456789.");

    /// <summary>Reads one; what is longer than a <see cref="TimeSpan"/> is the longest.</summary>
    /// <returns><see langword="null"/>: it is none, and <paramref name="error"/> says why.</returns>
    public static TimeSpan? Parse(string text, out string? error)
    {
        error = null;
        ReadOnlySpan<char> rest = text;
        bool isNegative = rest is ['-', ..];
        rest = rest is ['-' or '+', ..] ? rest[1..] : rest;
        if (rest is "0")
        {
            return TimeSpan.Zero;
        }

        double seconds = 0;
        do
        {
            int digits = rest.IndexOfAnyExcept(s_number);
            int length = digits < 0 ? rest.Length : digits;
            if (length == 0 || !double.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
            {
                error = $"time: invalid duration \"{text}\"";
                return null;
            }

            rest = rest[length..];
            int next = rest.IndexOfAny(s_number);
            ReadOnlySpan<char> unit = next < 0 ? rest : rest[..next];
            if (SecondsOf(unit) is not { } factor)
            {
                error = unit.IsEmpty ? $"time: missing unit in duration \"{text}\"" : $"time: unknown unit \"{unit}\" in duration \"{text}\"";
                return null;
            }

            seconds += value * factor;
            rest = rest[unit.Length..];
        }
        while (!rest.IsEmpty);

        return OfSeconds(isNegative ? -seconds : seconds);
    }

    /// <summary>So many seconds, within what a <see cref="TimeSpan"/> holds.</summary>
    public static TimeSpan OfSeconds(double seconds) =>
        seconds >= TimeSpan.MaxValue.TotalSeconds ? TimeSpan.MaxValue
        : seconds <= TimeSpan.MinValue.TotalSeconds ? TimeSpan.MinValue
        : TimeSpan.FromSeconds(seconds);

    private static double? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1e-9,
        "us" or "µs" or "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => null,
    };
}
