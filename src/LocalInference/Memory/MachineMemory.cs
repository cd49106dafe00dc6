using LocalInference.Native;

namespace LocalInference;

/// <summary>What memory there is: the host's, and that of the GPUs in the order in which they get layers.</summary>
internal sealed record MachineMemory(DeviceMemory Host, IReadOnlyList<DeviceMemory> Gpus)
{
    /// <summary>How it is now. Asking a GPU for the first time takes its driver a moment.</summary>
    public static MachineMemory Read() =>
        new(ReadHost(), NativeRuntime.IsSupported ? [.. GpuDevice.All().Select(static gpu => gpu.Memory)] : []);

    /// <summary>What is left when a model has been loaded.</summary>
    public MachineMemory Without(MemoryPlan plan)
    {
        // Mapped weights can be given back.
        long shared = ByteSum.Of(plan.Gpus.Where(static gpu => gpu.Device.SharesHostMemory).Select(static gpu => gpu.TotalBytes));
        DeviceMemory[] gpus = [.. Gpus];
        foreach (DevicePlan gpu in plan.Gpus)
        {
            gpus[gpu.Index] = Less(gpus[gpu.Index], gpu.TotalBytes);
        }

        return new MachineMemory(Less(Host, ByteSum.Of(plan.Host.KeyValueCacheBytes, plan.Host.ComputeBufferBytes, shared)), gpus);

        static DeviceMemory Less(DeviceMemory device, long bytes) => device with { FreeBytes = ByteSum.Left(device.FreeBytes, bytes) };
    }

    public static DeviceMemory ReadHost() => new()
    {
        Name = "CPU",
        FreeBytes = FreeMemory.Read(),
        TotalBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
    };
}
