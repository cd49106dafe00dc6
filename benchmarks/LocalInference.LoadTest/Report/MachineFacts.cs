using System.Runtime.InteropServices;

namespace LocalInference.LoadTest.Report;

/// <summary>What figures depend on besides the programs.</summary>
internal sealed record MachineFacts
{
    public required string Cpu { get; init; }

    public required int LogicalProcessors { get; init; }

    public required string Runtime { get; init; }

    public required string System { get; init; }

    public static MachineFacts Read() => new()
    {
        Cpu = CpuName(),
        LogicalProcessors = Environment.ProcessorCount,
        Runtime = RuntimeInformation.FrameworkDescription,
        System = RuntimeInformation.OSDescription,
    };

    private static string CpuName()
    {
        const string Table = "/proc/cpuinfo";
        string? line = File.Exists(Table) ? File.ReadLines(Table).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
