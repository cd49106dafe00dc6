namespace LocalInference.Text;

/// <summary>
/// Grammars of digit strings between two others, digit by digit: as long as all digits equal those of a bound, the next one is
/// bound by it too; from then on it is free.
/// </summary>
internal static class DigitRange
{
    /// <summary>Strings from one to another of the same length, as numbers. <c>""</c> for empty ones.</summary>
    public static string SameLength(ReadOnlySpan<char> low, ReadOnlySpan<char> high)
    {
        bool fromLowest = !low.ContainsAnyExcept('0');
        bool toHighest = !high.ContainsAnyExcept('9');
        if (fromLowest && toHighest)
        {
            return Free(low.Length);
        }

        if (low.SequenceEqual(high))
        {
            return $"\"{low}\"";
        }

        ReadOnlySpan<char> lowRest = low[1..];
        ReadOnlySpan<char> highRest = high[1..];
        if (low[0] == high[0])
        {
            return $"\"{low[0]}\" {Group(SameLength(lowRest, highRest))}";
        }

        // A bound whose remaining digits bind nothing belongs to the free digits between.
        char free = low[0];
        char last = high[0];
        var ways = new List<string>();
        if (lowRest.ContainsAnyExcept('0'))
        {
            ways.Add($"\"{low[0]}\" {Group(SameLength(lowRest, Nines(lowRest.Length)))}");
            free++;
        }

        bool highBinds = highRest.ContainsAnyExcept('9');
        if (highBinds)
        {
            last--;
        }

        if (free <= last)
        {
            ways.Add(lowRest.IsEmpty ? Digit(free, last) : $"{Digit(free, last)} {Free(lowRest.Length)}");
        }

        if (highBinds)
        {
            ways.Add($"\"{high[0]}\" {Group(SameLength(Zeros(highRest.Length), highRest))}");
        }

        return string.Join(" | ", ways);
    }

    /// <summary>
    /// The digits behind the point from one bound to another; either end may be free. Bounds are digits without zeros at the
    /// end, so an empty one is a bound at zero.
    /// </summary>
    /// <returns>
    /// Alternatives of at least one digit each, <see langword="null"/> if there are none, and whether no digits at all lie
    /// within the bounds too.
    /// </returns>
    public static (string? Digits, bool CanEnd) Decimals(string? low, bool lowExcluded, string? high, bool highExcluded)
    {
        // No digits are below zero, so that bound says something only if zero itself is too low.
        if (low is { Length: 0 } && !lowExcluded)
        {
            low = null;
        }

        if (high is { Length: 0 })
        {
            return highExcluded || low is not null ? (null, false) : ($"\"0\"{{1,{MaxDecimals}}}", true);
        }

        if (high is null && low is null or { Length: 0 })
        {
            return low is null
                ? ($"[0-9]{{1,{MaxDecimals}}}", true)
                : ($"\"0\"{{0,{MaxDecimals - 1}}} [1-9] [0-9]{{0,{MaxDecimals - 1}}}", false);
        }

        int first = low is { Length: > 0 } ? low[0] - '0' : 0;
        int last = high is null ? 9 : high[0] - '0';
        var ways = new List<string>();
        if (low is not null && high is not null && first == last)
        {
            Add(ways, first, Decimals(Rest(low), lowExcluded, Rest(high), highExcluded));
        }
        else
        {
            int free = low is null ? 0 : first + 1;
            int freeLast = high is null ? 9 : last - 1;
            if (low is not null)
            {
                Add(ways, first, Decimals(Rest(low), lowExcluded, null, false));
            }

            if (free <= freeLast)
            {
                ways.Add($"{Digit((char)('0' + free), (char)('0' + freeLast))} [0-9]{{0,{MaxDecimals - 1}}}");
            }

            if (high is not null)
            {
                Add(ways, last, Decimals(null, false, Rest(high), highExcluded));
            }
        }

        return (ways.Count == 0 ? null : string.Join(" | ", ways), low is null);
    }

    private const int MaxDecimals = 16;

    private static void Add(List<string> ways, int digit, (string? Digits, bool CanEnd) rest)
    {
        if (rest.Digits is not null)
        {
            ways.Add($"\"{digit}\" ({rest.Digits}){(rest.CanEnd ? "?" : "")}");
        }
        else if (rest.CanEnd)
        {
            ways.Add($"\"{digit}\"");
        }
    }

    private static string Rest(string digits) => digits.Length > 0 ? digits[1..] : "";

    private static string Group(string ways) => ways.Contains('|', StringComparison.Ordinal) ? $"({ways})" : ways;

    private static string Free(int length) => length switch
    {
        0 => "\"\"",
        1 => "[0-9]",
        _ => FormattableString.Invariant($"[0-9]{{{length}}}"),
    };

    private static string Digit(char from, char to) => from == to ? $"\"{from}\"" : from + 1 == to ? $"[{from}{to}]" : $"[{from}-{to}]";

    private static string Zeros(int length) => new('0', length);

    private static string Nines(int length) => new('9', length);
}
