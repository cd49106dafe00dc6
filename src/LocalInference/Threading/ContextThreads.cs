using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>The threads that compute for one llama context. Owned by the context's thread; dispose it after the context.</summary>
internal sealed unsafe class ContextThreads(NativeRuntime runtime, ContextHandle context) : IDisposable
{
    // ggml's own default: workers spin some 100 µs between graphs before they sleep, which bridges sampling.
    private const int Poll = 50;

    private readonly List<ThreadpoolHandle> _retired = [];
    private ThreadpoolHandle? _pool;
    private int _asked;

    /// <summary>Threads that compute: as many as were asked for last, or those of before where the system refused them.</summary>
    public int Count { get; private set; }

    /// <summary>Computes with this many threads from now on; with those of before, if the system does not let so many start.</summary>
    /// <exception cref="NativeLibraryException">There are none of before.</exception>
    public void Use(int count)
    {
        // What was refused is not tried again before every step.
        if (count == _asked)
        {
            return;
        }

        _asked = count;
        if (count == Count)
        {
            return;
        }

        // A pool of its own size each time: in a larger pool the idle workers would go on spinning.
        ThreadpoolHandle? pool = _pool is null ? runtime.CreateThreadpool(count, Poll) : runtime.TryCreateThreadpool(count, Poll);
        if (pool is null)
        {
            return;
        }

        Llama.llama_attach_threadpool(context.Pointer, pool.Pointer, pool.Pointer);
        Llama.llama_set_n_threads(context.Pointer, count, count);
        if (_pool is not null)
        {
            _retired.Add(_pool);
        }

        _pool = pool;
        Count = count;
    }

    /// <summary>
    /// Frees the pools of before. Only after a graph has run on their successor, be it to its end or not: the CPU backend pauses the
    /// pool it had when the first graph comes with a new one (ggml_backend_cpu_set_threadpool).
    /// </summary>
    public void AfterCompute()
    {
        foreach (ThreadpoolHandle pool in _retired)
        {
            pool.Dispose();
        }

        _retired.Clear();
    }

    public void Dispose()
    {
        AfterCompute();
        _pool?.Dispose();
    }
}
