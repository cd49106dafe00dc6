using LocalInference.Abstractions;

namespace LocalInference.Native;

/// <summary>A CPU backend of its own with threads of its own, for graphs that do not go through libllama. One thread at a time computes on it.</summary>
internal sealed unsafe class CpuBackend : IDisposable
{
    // How long idle workers spin, of 100; training leaves no gaps, and what runs beside it wants the cores.
    private const int Poll = 50;

    private readonly ThreadpoolHandle _threads;
    private readonly delegate* unmanaged[Cdecl]<ggml_backend*, int, void> _setThreads;
    private ggml_backend* _backend;

    /// <summary>Makes the backend.</summary>
    /// <param name="threads">Threads that compute, the calling one included.</param>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded, or not so many threads be made.</exception>
    public CpuBackend(int threads)
    {
        NativeRuntime runtime = NativeRuntime.Get();
        _threads = runtime.CreateThreadpool(threads, Poll);
        ggml_backend_device* device = GgmlRegistry.ggml_backend_dev_by_type(ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU);
        _backend = Ggml.ggml_backend_dev_init(device, null);
        _setThreads = (delegate* unmanaged[Cdecl]<ggml_backend*, int, void>)NativeRuntime.CpuProcedure("ggml_backend_set_n_threads"u8);
        var setPool = (delegate* unmanaged[Cdecl]<ggml_backend*, ggml_threadpool*, void>)NativeRuntime.CpuProcedure("ggml_backend_cpu_set_threadpool"u8);
        _setThreads(_backend, threads);
        setPool(_backend, _threads.Pointer);
    }

    public ggml_backend* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_backend == null, this);
            return _backend;
        }
    }

    /// <summary>Computes with fewer threads from now on, or with more again; the others sleep.</summary>
    /// <param name="threads">At most those that it was made with.</param>
    public void SetThreads(int threads) => _setThreads(Pointer, threads);

    /// <summary>Releases it; what was computed with it must be over.</summary>
    public void Dispose()
    {
        if (_backend != null)
        {
            Ggml.ggml_backend_free(_backend);
            _backend = null;
            _threads.Dispose();
        }
    }
}
