using System.Globalization;
using System.Runtime.InteropServices;

namespace LocalInference.Cli.Bench;

/// <summary>What figures depend on besides the program.</summary>
internal sealed record Machine
{
    public required string Cpu { get; init; }

    public required int PhysicalCores { get; init; }

    public required int LogicalProcessors { get; init; }

    public required long MemoryBytes { get; init; }

    public required string OperatingSystem { get; init; }

    public required string Runtime { get; init; }

    /// <summary>The build of the CPU backend that computes, and the release of llama.cpp that it belongs to.</summary>
    public required string? CpuVariant { get; init; }

    public required string? NativeVersion { get; init; }

    public required IReadOnlyList<string> Gpus { get; init; }

    public static Machine Describe(Doctor.DoctorReport native) => new()
    {
        Cpu = native.Devices.FirstOrDefault(static d => d.Type is "cpu")?.Description.Trim() is { Length: > 0 } name
            ? name
            : RuntimeInformation.ProcessArchitecture.ToString(),
        PhysicalCores = LocalInference.PhysicalCores.Count,
        LogicalProcessors = Environment.ProcessorCount,
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        OperatingSystem = RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription,
        CpuVariant = native.CpuVariant,
        NativeVersion = native.NativeVersion,
        Gpus = [.. native.Devices.Where(static d => d.Type is not ("cpu" or "accel")).Select(static d => d.Description)],
    };

    public override string ToString()
    {
        string gpus = Gpus.Count > 0 ? $", {string.Join(", ", Gpus)}" : "";
        string variant = CpuVariant is null ? "" : $", llama.cpp {NativeVersion} {CpuVariant}";
        double memory = MemoryBytes / (1024.0 * 1024 * 1024);
        return string.Create(CultureInfo.InvariantCulture, $"{Cpu}, {PhysicalCores} cores, {memory:0.#} GiB{gpus}{variant}, {Runtime}, {OperatingSystem}");
    }
}
