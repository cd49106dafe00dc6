using System.Globalization;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Bench;

/// <summary>A benchmark for people, and for spreadsheets.</summary>
internal static class BenchView
{
    private const double BytesPerGigabyte = 1e9;

    public static void WriteTable(BenchReport report, CliTerminal terminal)
    {
        terminal.Out.WriteLine($"model    {PrintableText.OnOneLine(report.Model.Description)}, {Quantity.Count(report.Model.ParameterCount)} parameters, {Quantity.Bytes(report.Model.SizeInBytes)}");
        terminal.Out.WriteLine($"machine  {PrintableText.OnOneLine(report.Machine.ToString())}");
        terminal.Out.WriteLine($"threads  {report.Threads}");
        terminal.Out.WriteLine();
        TextTable table = new("test", ">tokens", ">runs", ">tokens/s", ">lowest", ">highest", ">spread");
        AddRow(table, "prefill", report.PromptTokens, report.PrefillTokensPerSecond);
        AddRow(table, "decode", report.GeneratedTokens, report.DecodeTokensPerSecond);
        table.WriteTo(terminal);
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(report is { MemoryBandwidth: { } bandwidth, DecodeCeiling: { } ceiling, DecodeShareOfCeiling: { } share }
            ? string.Create(CultureInfo.InvariantCulture, $"memory bandwidth {bandwidth / BytesPerGigabyte:0.0} GB/s, decode ceiling {ceiling:0.0} tokens/s, reached {share:0.0%}")
            : "memory bandwidth could not be measured: there is no room for 1 GiB");
    }

    public static void WriteCsv(BenchReport report, TextWriter writer)
    {
        writer.WriteLine("model,size_bytes,threads,cpu,cpu_variant,test,tokens,runs,median_tokens_per_second,lowest,highest,memory_bandwidth,share_of_ceiling");
        WriteRow(report, writer, "prefill", report.PromptTokens, report.PrefillTokensPerSecond, share: null);
        WriteRow(report, writer, "decode", report.GeneratedTokens, report.DecodeTokensPerSecond, report.DecodeShareOfCeiling);
    }

    private static void AddRow(TextTable table, string test, int tokens, Rates rates) => table.AddRow(
        test,
        $"{tokens}",
        $"{rates.Runs.Count}",
        Fixed(rates.Median),
        Fixed(rates.Lowest),
        Fixed(rates.Highest),
        rates.Spread.ToString("0.0%", CultureInfo.InvariantCulture));

    private static void WriteRow(BenchReport report, TextWriter writer, string test, int tokens, Rates rates, double? share) => writer.WriteLine(string.Join(
        ',',
        Quoted(report.Model.Path),
        $"{report.Model.SizeInBytes}",
        $"{report.Threads}",
        Quoted(report.Machine.Cpu),
        Quoted(report.Machine.CpuVariant ?? ""),
        test,
        $"{tokens}",
        $"{rates.Runs.Count}",
        Fixed(rates.Median),
        Fixed(rates.Lowest),
        Fixed(rates.Highest),
        report.MemoryBandwidth?.ToString("0", CultureInfo.InvariantCulture) ?? "",
        share?.ToString("0.0000", CultureInfo.InvariantCulture) ?? ""));

    private static string Fixed(double number) => number.ToString("0.00", CultureInfo.InvariantCulture);

    // RFC 4180: a field with a comma, quote or newline stands in quotes, which double inside.
    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
}
