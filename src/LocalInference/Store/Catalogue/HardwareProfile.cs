namespace LocalInference;

/// <summary>A kind of machine that people have, to ask what suits it without being there. Immutable.</summary>
public sealed record HardwareProfile
{
    /// <summary>Its name, such as <c>gpu-8gb</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of memory that the GPUs have, together; 0: there are none. Where they share the host's, what of it they may use.</summary>
    public required long GpuBytes { get; init; }

    /// <summary>Bytes of memory that the host has.</summary>
    public required long HostBytes { get; init; }

    internal MachineMemory Memory => new(Device("host", HostBytes), GpuBytes > 0 ? [Device("GPU", GpuBytes)] : []);

    private static DeviceMemory Device(string name, long bytes) => new() { Name = name, FreeBytes = bytes, TotalBytes = bytes };
}
