using System.Buffers;
using System.Globalization;

namespace LocalInference.Providers;

/// <summary>Entries as CSV (RFC 4180), a line of names first, numbers and times as invariant text.</summary>
internal static class UsageCsv
{
    public const string Header = "time,caller,requested,model,provider,operation,outcome,reuse,prompt_tokens,cached_tokens,cache_written_tokens,generated_tokens,reasoning_tokens,is_estimate,cost,duration_ms\r\n";

    private static readonly SearchValues<char> s_special = SearchValues.Create(",\"\r\n");

    public static string Line(UsageEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ},{Field(entry.Caller)},{Field(entry.Requested)},{Field(entry.Model)},{Field(entry.Provider)},{entry.Operation},{Field(entry.Outcome)},{entry.Reuse},{entry.PromptTokens},{entry.CachedPromptTokens},{entry.CacheWrittenTokens},{entry.GeneratedTokens},{entry.ReasoningTokens},{(entry.IsEstimate ? 1 : 0)},{entry.Cost:0.#########},{entry.Duration.TotalMilliseconds:0.###}\r\n");

    // A name that begins like a formula would be computed by whoever opens the file in a spreadsheet.
    private static string Field(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        text = text[0] is '=' or '+' or '-' or '@' or '\t' ? "'" + text : text;
        return text.AsSpan().ContainsAny(s_special) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
