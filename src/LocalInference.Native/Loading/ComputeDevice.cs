namespace LocalInference.Native;

/// <summary>A device that a backend registered.</summary>
/// <param name="Name">ggml's name: <c>CPU</c>, <c>CUDA0</c>, …</param>
/// <param name="Description">The maker's name of it.</param>
/// <param name="Type"><c>cpu</c>, <c>gpu</c>, <c>igpu</c> or <c>accel</c>.</param>
/// <param name="MemoryFree">Free bytes when asked; 0 when the backend does not say.</param>
/// <param name="MemoryTotal">All bytes; 0 when the backend does not say.</param>
internal sealed record ComputeDevice(string Name, string Description, string Type, long MemoryFree, long MemoryTotal);
