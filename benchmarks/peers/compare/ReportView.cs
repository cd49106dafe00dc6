using System.Globalization;

namespace LocalInference.Compare;

/// <summary>A report for people.</summary>
internal static class ReportView
{
    public static void Write(Report report, TextWriter writer)
    {
        writer.WriteLine($"{report.Model}, {report.Threads} threads, {report.Prefill.Ratios.Count} pairs of {report.Repeats} runs");
        writer.WriteLine($"{report.Machine.Cpu}, {report.Machine.PhysicalCores} cores, {report.Machine.LogicalProcessors} processors, {report.Machine.Kernel}, llama.cpp {report.Machine.NativeVersion} {report.Machine.CpuVariant}");
        writer.WriteLine($"{"tokens/s",-18}{"localinference",16}{"spread",9}{"llama-bench",14}{"spread",9}{"ratio",8}  pair by pair");
        WriteRow($"prefill of {report.PromptTokens}", report.Prefill, writer);
        WriteRow($"decode of {report.GeneratedTokens}", report.Decode, writer);
        if (report.MemoryBandwidth is { } bandwidth)
        {
            double ceiling = bandwidth / report.ModelBytes;
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"memory reads {bandwidth / 1e9:0.0} GB/s: {ceiling:0.0} tokens/s at most, reached {report.Decode.Ours.Median / ceiling:0.0%}"));
        }
    }

    private static void WriteRow(string name, Contest contest, TextWriter writer) => writer.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-18}{contest.Ours.Median,16:0.0}{contest.Ours.Spread,9:0.0%}{contest.LlamaBench.Median,14:0.0}{contest.LlamaBench.Spread,9:0.0%}{contest.MedianRatio,8:0.000}  {string.Join(' ', contest.Ratios.Select(static ratio => ratio.ToString("0.000", CultureInfo.InvariantCulture)))}"));
}
