using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// A llama context with all that belongs to it: KV cache, batch, threadpool and abort flag. Owned by one thread. Checks here
/// what llama.cpp would abort on.
/// </summary>
internal sealed unsafe class InferenceContext : IDisposable
{
    private const int NoRoom = 1;
    private const int Aborted = 2;

    private readonly ContextHandle _context;
    private readonly ContextThreads _threads;
    private readonly AbortFlag _abort;
    private readonly ModelHandle _model;
    private AdapterSet _adapters = AdapterSet.None;
    private bool _reserves;

    /// <param name="runtime">The native libraries.</param>
    /// <param name="model">The weights.</param>
    /// <param name="plan">How large the context is.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <exception cref="ModelMemoryException">llama.cpp could not create it.</exception>
    public InferenceContext(NativeRuntime runtime, ModelHandle model, ContextPlan plan, int threads)
    {
        _model = model;
        llama_context_params parameters = Llama.llama_context_default_params();
        parameters.n_ctx = (uint)plan.Cells;
        parameters.n_batch = (uint)plan.BatchSize;
        parameters.n_ubatch = parameters.n_batch;
        parameters.n_seq_max = (uint)plan.Sequences;

        // llama.cpp makes room for the logits of every sequence and asserts that this is no more than allowed.
        parameters.n_outputs_max = (uint)Math.Max(plan.Sequences, plan.Outputs);
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.kv_unified = plan.IsUnified ? (byte)1 : (byte)0;
        parameters.type_k = plan.KeyType.ToNative();
        parameters.type_v = plan.ValueType.ToNative();
        parameters.flash_attn_type = plan.FlashAttention switch
        {
            null => llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_AUTO,
            true => llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED,
            false => llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED,
        };

        if (plan.FastPrompts && ProductSubstitution.IsSupported(runtime))
        {
            parameters.cb_eval = (delegate* unmanaged[Cdecl]<ggml_tensor*, byte, void*, byte>)&ProductSubstitution.OnNode;
        }

        using NativeLog.Capture log = NativeLog.Watch();
        llama_context* context;
        lock (model.AdapterGate)
        {
            context = Llama.llama_init_from_model(model.Pointer, parameters);
        }

        if (context == null)
        {
            throw ExceptionFactory.ContextCreation(plan.Cells, log.Last);
        }

        _context = new ContextHandle(context, model);
        _threads = new ContextThreads(runtime, _context);
        _abort = new AbortFlag();
        try
        {
            VocabularySize = Llama.llama_vocab_n_tokens(model.Vocabulary);
            CanGenerate = Llama.llama_get_memory(context) != null && Llama.llama_model_has_encoder(model.Pointer) == 0;
            int cells = (int)Math.Min((uint)plan.Cells, Llama.llama_n_ctx(context));
            Length = Math.Min(plan.ContextLength, plan.IsUnified ? cells : cells / plan.Sequences);
            Cache = new KvCache(_context, cells, (int)Llama.llama_n_seq_max(context), plan);
            Batch = new BatchBuffer((int)Llama.llama_n_batch(context));
            _abort.Stops(context);
            SetThreads(threads);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Tokens that one request may have.</summary>
    public int Length { get; }

    public int VocabularySize { get; }

    /// <summary>Whether the model continues texts; encoders and embedding models do not.</summary>
    public bool CanGenerate { get; }

    /// <summary>The sequences it holds.</summary>
    public KvCache Cache { get; } = null!;

    /// <summary>The rows of the next <see cref="Decode"/>.</summary>
    public BatchBuffer Batch { get; } = null!;

    /// <summary>Computes <see cref="Batch"/>. The caller has made room for it in <see cref="Cache"/>, and appends to it what was computed.</summary>
    /// <returns>False when it was interrupted: the cache knows what was computed before.</returns>
    /// <exception cref="NativeLibraryException">llama.cpp failed.</exception>
    public bool Decode()
    {
        int result = Compute();
        if (result == 0)
        {
            _threads.AfterCompute();
            _context.Observer?.Decoded(_context.Pointer, Batch.Value);
            return true;
        }

        return result == Aborted
            ? false
            : throw ExceptionFactory.NativeLibrary(
                result == NoRoom
                    ? $"llama.cpp found no room for {Batch.Count} tokens in a KV cache with {Cache.FreeCells} free cells of {Cache.Capacity}"
                    : $"llama.cpp failed to compute {Batch.Count} tokens (code {result})",
                "Look at the log for the cause; the next request starts with an empty cache.");
    }

    /// <summary>What the next <see cref="Decode"/> is computed with. Changing it costs llama.cpp a new reservation of its graphs.</summary>
    public AdapterSet Adapters
    {
        get => _adapters;
        set
        {
            if (value == _adapters)
            {
                return;
            }

            value.Acquire();

            // llama.cpp reserves anew whether it takes the control vector or not.
            _reserves = true;
            try
            {
                SetDirections(value.Directions);
            }
            catch
            {
                value.Release();
                throw;
            }

            SetLoras(value);
            _adapters.Release();
            _adapters = value;
        }
    }

    /// <summary>The logits of a row that asked for them, in llama.cpp's own memory; valid until the next <see cref="Decode"/>.</summary>
    public Span<float> Logits(int row) => new(Llama.llama_get_logits_ith(_context.Pointer, row), VocabularySize);

    /// <summary>Makes a running <see cref="Decode"/> stop after the operation it is at. Callable from any thread.</summary>
    public void RequestAbort() => _abort.Raise();

    public void ResetAbort() => _abort.Lower();

    /// <summary>Told of what is computed; <see langword="null"/>, as it is outside of tests: nobody.</summary>
    public IContextObserver? Observer
    {
        get => _context.Observer;
        set => _context.Observer = value;
    }

    /// <summary>Refuses control vectors, because there was no memory for one; tests set it.</summary>
    public bool LacksDirections { get; set; }

    /// <summary>Threads that compute; not those that were asked for where the system refused them.</summary>
    public int Threads => _threads.Count;

    /// <summary>Computes with this many threads from the next <see cref="Decode"/> on, if the system lets so many start.</summary>
    public void SetThreads(int threads) => _threads.Use(threads);

    public void Dispose()
    {
        Llama.llama_detach_threadpool(_context.Pointer);
        Cache?.Dispose();
        _context.Dispose();
        _adapters.Release();
        _threads.Dispose();
        Batch?.Dispose();
        _abort.Dispose();
    }

    private void SetLoras(AdapterSet set)
    {
        llama_adapter_lora** adapters = stackalloc llama_adapter_lora*[Math.Max(1, set.Loras.Count)];
        float* scales = stackalloc float[Math.Max(1, set.Loras.Count)];
        for (int i = 0; i < set.Loras.Count; i++)
        {
            adapters[i] = set.Loras[i].Adapter.Lora!.Pointer;
            scales[i] = set.Loras[i].Scale;
        }

        // It always says 0.
        _ = Llama.llama_set_adapters_lora(_context.Pointer, adapters, (nuint)set.Loras.Count, scales);
    }

    private void SetDirections(float[]? directions)
    {
        if (directions is null && _adapters.Directions is null)
        {
            return;
        }

        // It fails where there is no memory for a copy of the vector, and a second try would end the process (llama_adapter_cvec::init).
        int length = Llama.llama_model_n_embd(_model.Pointer);
        fixed (float* data = directions)
        {
            int result = LacksDirections ? -1 : Llama.llama_set_adapter_cvec(_context.Pointer, data, (nuint)(directions?.Length ?? 0), length, 1, Llama.llama_model_n_layer(_model.Pointer));
            if (result != 0)
            {
                LacksDirections = true;
                throw ExceptionFactory.NativeLibrary("llama.cpp found no memory for a control vector", "Leave the control vector out, or free memory and load the model again.");
            }
        }
    }

    private int Compute()
    {
        if (!_reserves)
        {
            return Llama.llama_decode(_context.Pointer, Batch.Value);
        }

        lock (_model.AdapterGate)
        {
            _reserves = false;
            return Llama.llama_decode(_context.Pointer, Batch.Value);
        }
    }
}
