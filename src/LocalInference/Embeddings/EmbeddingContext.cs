using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// A llama context that answers with hidden states, or with the scores of a classification head. Owned by one thread. Whoever
/// fills <see cref="Batch"/> keeps to what llama.cpp would abort on: rows, sequences, cells and positions.
/// </summary>
internal sealed unsafe class EmbeddingContext : IDisposable
{
    private const int Aborted = 2;

    private readonly ModelHandle _model;
    private readonly ContextHandle _context;
    private readonly ContextThreads _threads;
    private readonly llama_memory_i* _memory;
    private readonly bool _encodes;
    private readonly int _outputs;
    private bool _reserves;

    /// <param name="runtime">The native libraries.</param>
    /// <param name="model">The weights.</param>
    /// <param name="size">How large it is.</param>
    /// <param name="kind">What it answers with.</param>
    /// <param name="adapters">What it computes with.</param>
    /// <param name="abort">Stops a computation.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <exception cref="ModelMemoryException">llama.cpp could not create it.</exception>
    public EmbeddingContext(NativeRuntime runtime, ModelHandle model, EmbeddingContextSize size, EmbeddingContextKind kind, AdapterSet adapters, AbortFlag abort, int threads)
    {
        _model = model;
        llama_context_params parameters = Llama.llama_context_default_params();
        parameters.n_ctx = (uint)size.Cells;
        parameters.n_batch = (uint)size.Rows;
        parameters.n_ubatch = parameters.n_batch;
        parameters.n_seq_max = (uint)size.Sequences;
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.kv_unified = 1;
        parameters.embeddings = 1;

        // Without pooling in the graph one context serves every way of pooling, and texts in parts; see VectorPooling.
        parameters.pooling_type = kind == EmbeddingContextKind.Ranking
            ? llama_pooling_type.LLAMA_POOLING_TYPE_RANK
            : llama_pooling_type.LLAMA_POOLING_TYPE_NONE;
        GraphChanges changes = (kind == EmbeddingContextKind.HiddenStatesOnly ? GraphChanges.EndsAtHiddenState : GraphChanges.None)
            | (ProductSubstitution.IsSupported(runtime) ? GraphChanges.OwnProducts : GraphChanges.None);
        if (changes != GraphChanges.None)
        {
            parameters.cb_eval = (delegate* unmanaged[Cdecl]<ggml_tensor*, byte, void*, byte>)&Change;
            parameters.cb_eval_user_data = (void*)(nint)changes;
        }

        using NativeLog.Capture log = NativeLog.Watch();
        llama_context* context;
        lock (model.AdapterGate)
        {
            context = Llama.llama_init_from_model(model.Pointer, parameters);
        }

        if (context == null)
        {
            throw ExceptionFactory.ContextCreation(size.Cells, log.Last);
        }

        Size = size;
        _context = new ContextHandle(context, model);
        _threads = new ContextThreads(runtime, _context);
        _memory = Llama.llama_get_memory(context);
        _encodes = Llama.llama_model_has_encoder(model.Pointer) != 0;
        _outputs = kind == EmbeddingContextKind.Ranking ? (int)Llama.llama_model_n_cls_out(model.Pointer) : Llama.llama_model_n_embd_out(model.Pointer);
        Batch = new BatchBuffer((int)Llama.llama_n_batch(context));
        abort.Stops(context);
        try
        {
            Use(adapters);
            _threads.Use(threads);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public EmbeddingContextSize Size { get; }

    /// <summary>What it computes with.</summary>
    public AdapterSet Adapters { get; private set; } = AdapterSet.None;

    /// <summary>The rows of the next <see cref="Compute"/>.</summary>
    public BatchBuffer Batch { get; }

    /// <summary>Computes <see cref="Batch"/>.</summary>
    /// <param name="threads">Threads to compute with.</param>
    /// <returns>False when it was interrupted; the sequences in the batch are of no use then.</returns>
    /// <exception cref="NativeLibraryException">llama.cpp failed.</exception>
    public bool Compute(int threads)
    {
        _threads.Use(threads);

        // Rows that do not ask for an output would be overruled with a warning for each step.
        llama_batch batch = Batch.Value;
        batch.logits = null;
        int result = Run(batch);
        if (result is 0 or Aborted)
        {
            _threads.AfterCompute();
        }

        return result switch
        {
            0 => true,
            Aborted => false,
            _ => throw ExceptionFactory.NativeLibrary($"llama.cpp failed to embed {Batch.Count} tokens (code {result})", "Look at the log for the cause."),
        };
    }

    /// <summary>The hidden state of a row; valid until the next <see cref="Compute"/>.</summary>
    public ReadOnlySpan<float> HiddenState(int row) => Output(Llama.llama_get_embeddings_ith(_context.Pointer, row));

    /// <summary>The outputs of the classification head for a sequence; valid until the next <see cref="Compute"/>.</summary>
    public ReadOnlySpan<float> Scores(int sequence) => Output(Llama.llama_get_embeddings_seq(_context.Pointer, sequence));

    /// <summary>Forgets a sequence.</summary>
    public void Forget(int sequence)
    {
        if (_memory != null)
        {
            _ = Llama.llama_memory_seq_rm(_memory, sequence, -1, -1);
        }
    }

    /// <summary>Forgets all sequences.</summary>
    public void ForgetAll()
    {
        if (_memory != null)
        {
            // The cells are overwritten before anything reads them.
            Llama.llama_memory_clear(_memory, data: 0);
        }
    }

    public void Dispose()
    {
        Llama.llama_detach_threadpool(_context.Pointer);
        _context.Dispose();
        Adapters.Release();
        _threads.Dispose();
        Batch.Dispose();
    }

    private void Use(AdapterSet adapters)
    {
        if (adapters == AdapterSet.None)
        {
            return;
        }

        adapters.Acquire();
        Adapters = adapters;
        _reserves = true;
        if (adapters.Directions is { } directions)
        {
            fixed (float* data = directions)
            {
                if (Llama.llama_set_adapter_cvec(_context.Pointer, data, (nuint)directions.Length, Llama.llama_model_n_embd(_model.Pointer), 1, Llama.llama_model_n_layer(_model.Pointer)) != 0)
                {
                    throw ExceptionFactory.NativeLibrary("llama.cpp found no memory for a control vector", "Load the model without the control vector, or free memory.");
                }
            }
        }

        llama_adapter_lora** loras = stackalloc llama_adapter_lora*[Math.Max(1, adapters.Loras.Count)];
        float* scales = stackalloc float[Math.Max(1, adapters.Loras.Count)];
        for (int i = 0; i < adapters.Loras.Count; i++)
        {
            loras[i] = adapters.Loras[i].Adapter.Lora!.Pointer;
            scales[i] = adapters.Loras[i].Scale;
        }

        // It always says 0.
        _ = Llama.llama_set_adapters_lora(_context.Pointer, loras, (nuint)adapters.Loras.Count, scales);
    }

    private int Run(llama_batch batch)
    {
        if (!_reserves)
        {
            return _encodes ? Llama.llama_encode(_context.Pointer, batch) : Llama.llama_decode(_context.Pointer, batch);
        }

        // With adapters llama.cpp reserves its graphs anew in the first step.
        lock (_model.AdapterGate)
        {
            _reserves = false;
            return Run(batch);
        }
    }

    private ReadOnlySpan<float> Output(float* values) => values == null
        ? throw ExceptionFactory.NativeLibrary("llama.cpp has no embedding for a text that it computed", "Look at the log for the cause.")
        : new(values, _outputs);

    // ggml_backend_sched_eval_callback: asked first, before a node is computed, whether its value is wanted, and then, with the value there,
    // whether to go on. Without pooling, llm_graph_context::build_pooling gives this name to the very tensor that the hidden states are
    // copied from. What comes behind it are the logits of every row, which nobody reads: a fifth of the multiplications of a
    // model of 135 M parameters, a quarter of one of 600 M with a vocabulary of 150,000.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte Change(ggml_tensor* node, byte ask, void* context)
    {
        if (ask == 0)
        {
            return 0;
        }

        var changes = (GraphChanges)(nint)context;
        if (changes.HasFlag(GraphChanges.OwnProducts))
        {
            ProductSubstitution.Apply(node);
        }

        ReadOnlySpan<byte> name = "result_embd_pooled\0"u8;
        return changes.HasFlag(GraphChanges.EndsAtHiddenState) && new ReadOnlySpan<byte>(node->name, name.Length).SequenceEqual(name) ? (byte)1 : (byte)0;
    }

    // What is computed otherwise than llama.cpp would.
    [Flags]
    private enum GraphChanges
    {
        None = 0,
        EndsAtHiddenState = 1,
        OwnProducts = 2,
    }
}
