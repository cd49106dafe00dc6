using System.Text;

namespace LocalInference.Abstractions;

/// <summary>Writes the language that <see cref="ModelfileParser"/> reads.</summary>
internal static class ModelfilePrinter
{
    private const string Quotes = "\"\"\"";

    private static readonly char[] s_lineEnds = ['\r', '\n'];

    /// <exception cref="StoreException">A text cannot be written.</exception>
    public static string Print(IEnumerable<ModelfileInstruction> instructions)
    {
        StringBuilder text = new();
        foreach (ModelfileInstruction instruction in instructions)
        {
            string keyword = instruction.Keyword.ToString().ToUpperInvariant();
            text.Append(keyword).Append(' ');
            if (instruction.Name is { } name)
            {
                text.Append(name).Append(' ');
            }

            text.Append(Quote(instruction.Value) ?? throw ExceptionFactory.ModelfileUnprintable(keyword)).Append('\n');
        }

        return text.ToString();
    }

    private static string? Quote(string value)
    {
        bool isPlain = value.Length > 0 && value[0] != '"' && value.Trim().Length == value.Length && value.AsSpan().IndexOfAny('\r', '\n') < 0;
        if (isPlain)
        {
            return value;
        }

        string quoted = Quotes + value + Quotes;
        return HasEarlierEnd(quoted) ? null : quoted;
    }

    /// <summary>Whether a line before the last would be taken for the end.</summary>
    private static bool HasEarlierEnd(string quoted)
    {
        int end = quoted.IndexOfAny(s_lineEnds);
        while (end >= 0)
        {
            ReadOnlySpan<char> lines = quoted.AsSpan(0, end).TrimEnd();
            if (lines.Length >= 2 * Quotes.Length && lines.EndsWith(Quotes, StringComparison.Ordinal))
            {
                return true;
            }

            end = quoted.IndexOfAny(s_lineEnds, end + 1);
        }

        return false;
    }
}
