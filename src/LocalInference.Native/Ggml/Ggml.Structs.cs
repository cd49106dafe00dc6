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

internal struct ggml_tensor;

internal struct ggml_cgraph;

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ggml_threadpool_params
{
    // GGML_MAX_N_THREADS of ggml.h.
    private const int MaxThreads = 512;

    public fixed byte cpumask[MaxThreads];
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
