using LocalInference.Native;

namespace LocalInference;

/// <summary>What memory there is: the host's, and that of the GPUs in the order in which they get layers.</summary>
internal sealed record MachineMemory(DeviceMemory Host, IReadOnlyList<DeviceMemory> Gpus)
{
    /// <summary>How it is now. Asking a GPU for the first time takes its driver a moment.</summary>
    public static MachineMemory Read() =>
        new(ReadHost(), NativeRuntime.IsSupported ? [.. GpuDevice.All().Select(static gpu => gpu.Memory)] : []);

    public static DeviceMemory ReadHost() => new()
    {
        Name = "CPU",
        FreeBytes = FreeMemory.Read(),
        TotalBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
    };
}
