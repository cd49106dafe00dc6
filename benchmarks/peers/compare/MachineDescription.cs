using System.Runtime.InteropServices;

namespace LocalInference.Compare;

/// <summary>What the figures depend on besides the programs.</summary>
internal sealed record MachineDescription
{
    public required string Cpu { get; init; }

    public required int? PhysicalCores { get; init; }

    public required int LogicalProcessors { get; init; }

    public required long MemoryBytes { get; init; }

    /// <summary>Kernel name and release.</summary>
    public required string Kernel { get; init; }

    public required string Runtime { get; init; }

    /// <summary>The build of ggml's CPU backend that computed on both sides.</summary>
    public required string? CpuVariant { get; init; }

    /// <summary>The release of llama.cpp.</summary>
    public required string? NativeVersion { get; init; }

    public static MachineDescription Of(Turn ours, Turn theirs) => new()
    {
        Cpu = CpuName(),
        PhysicalCores = ours.PhysicalCores,
        LogicalProcessors = Environment.ProcessorCount,
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Kernel = KernelRelease(),
        Runtime = RuntimeInformation.FrameworkDescription,
        CpuVariant = theirs.CpuVariant ?? ours.CpuVariant,
        NativeVersion = ours.NativeVersion,
    };

    // The runtime's own description names the distribution, which computes nothing.
    private static string KernelRelease()
    {
        const string Release = "/proc/sys/kernel/osrelease";
        return File.Exists(Release) ? $"Linux {File.ReadAllText(Release).Trim()}" : RuntimeInformation.OSDescription;
    }

    private static string CpuName()
    {
        const string Table = "/proc/cpuinfo";
        string? line = File.Exists(Table)
            ? File.ReadLines(Table).FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
