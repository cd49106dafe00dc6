using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// A llama context with all that belongs to it: KV cache, batch, threadpool, abort flag, and the record of which tokens the
/// cache holds. Owned by one thread. Checks here what llama.cpp would abort on.
/// </summary>
internal sealed unsafe class InferenceContext : IDisposable
{
    private const int NoRoom = 1;
    private const int Aborted = 2;

    // ggml's own default: workers spin some 100 µs between graphs before they sleep, which bridges sampling.
    private const int Poll = 50;

    private readonly NativeRuntime _runtime;
    private readonly ContextHandle _context;
    private readonly BatchBuffer? _batch;
    private readonly List<int> _cached = [];
    private readonly int* _abort;
    private readonly bool _forgetsWholly;
    private readonly List<ThreadpoolHandle> _retired = [];
    private ThreadpoolHandle? _threadpool;

    public InferenceContext(NativeRuntime runtime, ModelHandle model, LocalModelOptions options, int contextLength, int threads)
    {
        _runtime = runtime;
        llama_context_params parameters = Llama.llama_context_default_params();
        parameters.n_ctx = (uint)contextLength;
        parameters.n_batch = (uint)Math.Min(options.BatchSize, contextLength);
        parameters.n_ubatch = parameters.n_batch;
        parameters.n_seq_max = 1;
        parameters.n_outputs_max = 1;
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.kv_unified = 1;

        using NativeLog.Capture log = NativeLog.Watch();
        llama_context* context = Llama.llama_init_from_model(model.Pointer, parameters);
        if (context == null)
        {
            throw ExceptionFactory.ContextCreation(contextLength, log.Last);
        }

        _context = new ContextHandle(context, model);
        _abort = (int*)NativeMemory.AllocZeroed(sizeof(int));
        try
        {
            _forgetsWholly = Llama.llama_model_is_recurrent(model.Pointer) != 0 || Llama.llama_model_is_hybrid(model.Pointer) != 0;
            Length = (int)Math.Min((uint)contextLength, Llama.llama_n_ctx(context));
            _cached.EnsureCapacity(Length);
            VocabularySize = Llama.llama_vocab_n_tokens(model.Vocabulary);
            CanGenerate = Llama.llama_get_memory(context) != null && Llama.llama_model_has_encoder(model.Pointer) == 0;
            BatchSize = (int)Llama.llama_n_batch(context);
            _batch = new BatchBuffer(BatchSize);
            Llama.llama_set_abort_callback(context, &ShouldAbort, _abort);
            SetThreads(threads);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Tokens it holds; what was asked for, which llama.cpp may have rounded up.</summary>
    public int Length { get; }

    public int VocabularySize { get; }

    /// <summary>Most tokens of one <see cref="Decode"/>.</summary>
    public int BatchSize { get; }

    /// <summary>Whether the model continues texts; encoders and embedding models do not.</summary>
    public bool CanGenerate { get; }

    /// <summary>Tokens in the KV cache, by position.</summary>
    public int CachedCount => _cached.Count;

    /// <summary>
    /// Keeps the longest start of the prompt that the cache holds already and forgets the rest. At least the last token of the
    /// prompt is left to compute, because its logits are needed.
    /// </summary>
    /// <returns>How many tokens were kept.</returns>
    public int Reuse(ReadOnlySpan<int> prompt)
    {
        int common = CollectionsMarshal.AsSpan(_cached).CommonPrefixLength(prompt);
        return TruncateTo(Math.Min(common, prompt.Length - 1));
    }

    /// <summary>Computes tokens that follow those in the cache.</summary>
    /// <param name="tokens">At most <see cref="BatchSize"/>; they must fit the context.</param>
    /// <param name="wantLogits">Whether <see cref="Logits"/> will be read.</param>
    /// <returns>False when it was interrupted; the cache then holds what was computed before.</returns>
    public bool Decode(ReadOnlySpan<int> tokens, bool wantLogits)
    {
        _batch!.Fill(tokens, _cached.Count, wantLogits);
        int result = Llama.llama_decode(_context.Pointer, _batch.Value);
        if (result == 0)
        {
            _cached.AddRange(tokens);
            FreeRetired();
            return true;
        }

        // After an abort the finished micro-batches stay in the cache, and it says which; but a recurrent state has moved on
        // without saying so, and cannot be wound back (llama_memory_recurrent::seq_rm).
        int kept = Llama.llama_memory_seq_pos_max(Llama.llama_get_memory(_context.Pointer), 0) + 1;
        if (result == Aborted && !_forgetsWholly && kept >= _cached.Count && kept <= _cached.Count + tokens.Length)
        {
            _cached.AddRange(tokens[..(kept - _cached.Count)]);
            return false;
        }

        Clear();
        return result == Aborted
            ? false
            : throw ExceptionFactory.NativeLibrary(
                result == NoRoom
                    ? $"llama.cpp found no room for {tokens.Length} tokens in a KV cache of {Length}"
                    : $"llama.cpp failed to compute {tokens.Length} tokens (code {result})",
                "Look at the log for the cause; the next request starts with an empty cache.");
    }

    /// <summary>The logits of the last computed token; valid until the next <see cref="Decode"/>.</summary>
    public ReadOnlySpan<float> Logits => new(Llama.llama_get_logits_ith(_context.Pointer, -1), VocabularySize);

    /// <summary>Makes a running <see cref="Decode"/> stop after the operation it is at. Callable from any thread.</summary>
    public void RequestAbort() => Volatile.Write(ref *_abort, 1);

    public void ResetAbort() => Volatile.Write(ref *_abort, 0);

    /// <summary>Computes with this many threads from the next <see cref="Decode"/> on.</summary>
    public void SetThreads(int threads)
    {
        // A pool of its own size each time: in a larger pool the idle workers would go on spinning.
        ThreadpoolHandle pool = _runtime.CreateThreadpool(threads, Poll);
        Llama.llama_attach_threadpool(_context.Pointer, pool.Pointer, pool.Pointer);
        Llama.llama_set_n_threads(_context.Pointer, threads, threads);
        if (_threadpool is not null)
        {
            _retired.Add(_threadpool);
        }

        _threadpool = pool;
    }

    public void Clear()
    {
        Llama.llama_memory_clear(Llama.llama_get_memory(_context.Pointer), 0);
        _cached.Clear();
    }

    public void Dispose()
    {
        Llama.llama_detach_threadpool(_context.Pointer);
        _context.Dispose();
        FreeRetired();
        _threadpool?.Dispose();
        _batch?.Dispose();
        NativeMemory.Free(_abort);
    }

    // The CPU backend pauses the pool it had when the first graph comes with a new one (ggml_backend_cpu_set_threadpool), so
    // a pool lives on until a graph has run on its successor.
    private void FreeRetired()
    {
        foreach (ThreadpoolHandle pool in _retired)
        {
            pool.Dispose();
        }

        _retired.Clear();
    }

    private int TruncateTo(int count)
    {
        if (count == _cached.Count)
        {
            return count;
        }

        // Recurrent and hybrid models cannot forget a part of their state.
        if (count == 0 || Llama.llama_memory_seq_rm(Llama.llama_get_memory(_context.Pointer), 0, count, -1) == 0)
        {
            Clear();
            return 0;
        }

        _cached.RemoveRange(count, _cached.Count - count);
        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte ShouldAbort(void* flag) => Volatile.Read(ref *(int*)flag) != 0 ? (byte)1 : (byte)0;
}
