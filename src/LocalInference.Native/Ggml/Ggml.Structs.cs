// Structs of ggml.h and ggml-backend.h, llama.cpp v0.5.0; checked like those of llama.h.

using System.Runtime.InteropServices;

namespace LocalInference.Native;

// Opaque: only pointers to these exist.
internal struct ggml_backend;

internal struct ggml_backend_device;

internal struct ggml_backend_reg;

internal struct ggml_backend_buffer;

internal struct ggml_backend_buffer_type;

internal struct ggml_threadpool;

internal struct ggml_context;

internal struct ggml_gallocr;

internal struct ggml_cgraph;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ggml_init_params
{
    public nuint mem_size;
    public void* mem_buffer;
    public byte no_alloc;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ggml_tensor
{
    // GGML_MAX_DIMS, GGML_MAX_OP_PARAMS / sizeof(int32_t), GGML_MAX_SRC and GGML_MAX_NAME of ggml.h.
    public const int MaxOpParams = 16;
    private const int MaxDims = 4;
    private const int MaxSources = 10;
    private const int MaxName = 64;

    public ggml_type type;
    public ggml_backend_buffer* buffer;
    public fixed long ne[MaxDims];

    // size_t; C# has no fixed buffer of nuint, and every platform of the packs has 64 bits.
    public fixed ulong nb[MaxDims];

    // enum ggml_op, whose numbers change with each release: ggml_op_name says which it is.
    public int op;
    public fixed int op_params[MaxOpParams];
    public int flags;

    // Pointers to tensors, for the same reason.
    public fixed ulong src[MaxSources];
    public ggml_tensor* view_src;
    public nuint view_offs;
    public void* data;
    public fixed byte name[MaxName];
    public void* extra;
    public fixed byte padding[8];
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ggml_type_traits
{
    public byte* type_name;
    public long blck_size;
    public long blck_size_interleave;
    public nuint type_size;
    public byte is_quantized;
    public delegate* unmanaged[Cdecl]<void*, float*, long, void> to_float;
    public delegate* unmanaged[Cdecl]<float*, void*, long, void> from_float_ref;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ggml_threadpool_params
{
    public fixed byte cpumask[Ggml.MaxThreads];
    public int n_threads;
    public ggml_sched_priority prio;
    public uint poll;
    public byte strict_cpu;
    public byte paused;
}

[StructLayout(LayoutKind.Sequential)]
internal struct ggml_backend_dev_caps
{
    public byte async;
    public byte host_buffer;
    public byte buffer_from_host_ptr;
    public byte events;
    public byte mmap_support;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ggml_backend_dev_props
{
    public byte* name;
    public byte* description;
    public nuint memory_free;
    public nuint memory_total;
    public ggml_backend_dev_type type;
    public byte* device_id;
    public ggml_backend_dev_caps caps;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ggml_backend_feature
{
    public byte* name;
    public byte* value;
}
