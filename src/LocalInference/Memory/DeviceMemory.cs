namespace LocalInference;

/// <summary>The memory of one device, or of the host, at one moment. Immutable.</summary>
public sealed record DeviceMemory
{
    /// <summary>ggml's name: <c>CUDA0</c>, <c>Vulkan0</c>, <c>CPU</c> for the host.</summary>
    public required string Name { get; init; }

    /// <summary>The maker's name of it; empty when it is not known.</summary>
    public string Description { get; init; } = "";

    /// <summary>Bytes that an allocation may count on.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>All bytes.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>An integrated GPU has no memory of its own: what it takes is taken from the host. Default: no.</summary>
    public bool SharesHostMemory { get; init; }
}
