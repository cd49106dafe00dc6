using System.Globalization;
using System.Text;

namespace LocalInference.Text.Jinja;

/// <summary>Python's <c>strftime</c>, in the C locale.</summary>
internal static class TimeFormat
{
    // Longer than any sensible date; the directives of one character grow at most to some thirty.
    private const int MaxLength = 1000;

    public static string Format(JinjaValue format, DateTimeOffset time)
    {
        string pattern = format.AsString() ?? throw new JinjaFault("strftime_now needs a text");
        if (pattern.Length > MaxLength)
        {
            throw new JinjaFault("The format of a date is too long", TemplateErrorKind.Limit);
        }

        StringBuilder result = new();
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                result.Append(pattern[i]);
                continue;
            }

            i++;
            bool unpadded = pattern[i] == '-' && i + 1 < pattern.Length;
            i += unpadded ? 1 : 0;
            string part = Directive(pattern[i], time);
            result.Append(unpadded && part.Length > 0 ? part[..^1].TrimStart('0', ' ') + part[^1] : part);
        }

        return result.ToString();
    }

    private static string Directive(char directive, DateTimeOffset time)
    {
        int hour12 = time.Hour % 12 == 0 ? 12 : time.Hour % 12;
        return directive switch
        {
            'a' => Net("ddd", time),
            'A' => Net("dddd", time),
            'b' or 'h' => Net("MMM", time),
            'B' => Net("MMMM", time),
            'c' => Net("ddd MMM ", time) + Number(time.Day, 2, ' ') + Net(" HH:mm:ss yyyy", time),
            'C' => Number(time.Year / 100, 2),
            'd' => Number(time.Day, 2),
            'D' or 'x' => Net("MM'/'dd'/'yy", time),
            'e' => Number(time.Day, 2, ' '),
            'f' => Number((int)(time.Ticks / 10 % 1_000_000), 6),
            'F' => Net("yyyy-MM-dd", time),
            'g' => Number(ISOWeek.GetYear(time.DateTime) % 100, 2),
            'G' => Number(ISOWeek.GetYear(time.DateTime), 4),
            'H' => Number(time.Hour, 2),
            'I' => Number(hour12, 2),
            'j' => Number(time.DayOfYear, 3),
            'k' => Number(time.Hour, 2, ' '),
            'l' => Number(hour12, 2, ' '),
            'm' => Number(time.Month, 2),
            'M' => Number(time.Minute, 2),
            'n' => "\n",
            'p' => time.Hour < 12 ? "AM" : "PM",
            'P' => time.Hour < 12 ? "am" : "pm",
            'r' => Number(hour12, 2) + Net(":mm:ss ", time) + (time.Hour < 12 ? "AM" : "PM"),
            'R' => Net("HH:mm", time),
            's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'S' => Number(time.Second, 2),
            't' => "\t",
            'T' or 'X' => Net("HH:mm:ss", time),
            'u' => Number(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek, 1),
            'U' => Number((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2),
            'V' => Number(ISOWeek.GetWeekOfYear(time.DateTime), 2),
            'w' => Number((int)time.DayOfWeek, 1),
            'W' => Number((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7, 2),
            'y' => Number(time.Year % 100, 2),
            'Y' => Number(time.Year, 4),

            // Python's datetime.now() has no time zone, so that these show nothing.
            'z' or 'Z' => "",
            '%' => "%",
            _ => "%" + directive,
        };
    }

    private static string Net(string format, DateTimeOffset time) => time.ToString(format, CultureInfo.InvariantCulture);

    private static string Number(int value, int width, char padding = '0') => value.ToString(CultureInfo.InvariantCulture).PadLeft(width, padding);
}
