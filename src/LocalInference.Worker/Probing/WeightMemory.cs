using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>
/// A kind of memory that a device keeps weights in, which decides the kernel. ggml's names: <c>CPU</c> for plain rows,
/// <c>CPU_REPACK</c> and <c>AMX</c> for rows in the order that wide instructions want, <c>CUDA0</c>, …
/// </summary>
internal sealed unsafe class WeightMemory(ggml_backend_buffer_type* type)
{
    public ggml_backend_buffer_type* Type => type;

    public string Name { get; } = Marshal.PtrToStringUTF8((nint)Ggml.ggml_backend_buft_name(type)) ?? "";
}
