using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>A model, perhaps with adapters, that libllama computes logits of on the CPU: of every token, some at a time. Used by one thread at a time.</summary>
internal sealed unsafe class LogitSource : IDisposable
{
    /// <summary>Tokens at a time: 128 rows of 152,000 logits are 78 MB.</summary>
    public const int MostTokens = 128;

    private readonly ModelHandle _model;
    private readonly List<AdapterHandle> _adapters = [];
    private readonly ContextHandle _context;

    /// <summary>Loads it.</summary>
    /// <param name="path">A file that llama.cpp can run.</param>
    /// <param name="adapters">Adapters of it, with what each is multiplied with.</param>
    /// <param name="settings">How it computes.</param>
    /// <exception cref="TrainingException">libllama refuses the model or an adapter.</exception>
    public LogitSource(string path, IReadOnlyList<(string Path, float Scale)> adapters, LogitSettings settings)
    {
        NativeRuntime.Get();
        using NativeLog.Capture log = NativeLog.Watch();
        _model = Load(path, settings, log);
        try
        {
            foreach ((string adapter, _) in adapters)
            {
                _adapters.Add(LoadAdapter(adapter, log));
            }

            _context = Create(settings, log);
            Use([.. adapters.Select(static a => a.Scale)], log);
            VocabularySize = Llama.llama_vocab_n_tokens(_model.Vocabulary);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int VocabularySize { get; }

    /// <summary>Computes the next tokens of a sequence; what came before it is forgotten where they are its first.</summary>
    /// <param name="tokens">Ids of the vocabulary, at most <see cref="MostTokens"/>.</param>
    /// <param name="position">How many came before.</param>
    /// <exception cref="TrainingException">libllama could not.</exception>
    public void Compute(ReadOnlySpan<int> tokens, int position)
    {
        if (position == 0)
        {
            _context.ClearTokens();
        }

        int* positions = stackalloc int[tokens.Length];
        int* counts = stackalloc int[tokens.Length];
        int** sequences = stackalloc int*[tokens.Length];
        sbyte* outputs = stackalloc sbyte[tokens.Length];
        int sequence = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            positions[i] = position + i;
            counts[i] = 1;
            sequences[i] = &sequence;
            outputs[i] = 1;
        }

        using NativeLog.Capture log = NativeLog.Watch();
        fixed (int* ids = tokens)
        {
            llama_batch batch = new() { n_tokens = tokens.Length, token = ids, pos = positions, n_seq_id = counts, seq_id = sequences, logits = outputs };
            if (Llama.llama_decode(_context.Pointer, batch) != 0)
            {
                throw Failed("compute", log);
            }
        }
    }

    /// <summary>The logits after one of the tokens that were computed last; until the next are.</summary>
    public ReadOnlySpan<float> Row(int index) => new(Llama.llama_get_logits_ith(_context.Pointer, index), VocabularySize);

    public void Dispose()
    {
        // Null where the constructor failed.
        _context?.Dispose();
        _adapters.ForEach(static a => a.Dispose());
        _model.Dispose();
    }

    private static ModelHandle Load(string path, LogitSettings settings, NativeLog.Capture log)
    {
        llama_model_params parameters = Llama.llama_model_default_params();
        parameters.n_gpu_layers = 0;
        parameters.use_extra_bufts = settings.IsExact ? (byte)0 : (byte)1;

        // Without layers on it a GPU still multiplies large batches.
        ggml_backend_device* none = null;
        parameters.devices = settings.IsExact ? &none : parameters.devices;

        // Any context is longer than that; the list ends with a key that is empty.
        llama_model_kv_override* overrides = stackalloc llama_model_kv_override[2];
        if (settings.LongContextKey is { } key)
        {
            new Span<llama_model_kv_override>(overrides, 2).Clear();
            overrides->tag = llama_model_kv_override_type.LLAMA_KV_OVERRIDE_TYPE_INT;
            overrides->val_i64 = 1;
            Encoding.UTF8.GetBytes(key, new Span<byte>(overrides->key, llama_model_kv_override.TextLength - 1));
            parameters.kv_overrides = overrides;
        }

        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0'))
        {
            llama_model* model = Llama.llama_model_load_from_file(utf8, parameters);
            return model != null ? new ModelHandle(model) : throw Failed("load the model", log);
        }
    }

    private AdapterHandle LoadAdapter(string path, NativeLog.Capture log)
    {
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0'))
        {
            llama_adapter_lora* adapter = Llama.llama_adapter_lora_init(_model.Pointer, utf8);
            return adapter != null ? new AdapterHandle(adapter, _model) : throw Failed("load the adapter", log);
        }
    }

    private ContextHandle Create(LogitSettings settings, NativeLog.Capture log)
    {
        uint batch = (uint)Math.Min(settings.ContextLength, MostTokens);
        llama_context_params parameters = Llama.llama_context_default_params();
        parameters.n_ctx = (uint)settings.ContextLength;
        parameters.n_batch = batch;
        parameters.n_ubatch = batch;

        // By default a sequence has one output.
        parameters.n_outputs_max = batch;
        parameters.n_outputs_max_per_seq = batch;
        parameters.n_threads = settings.Threads;
        parameters.n_threads_batch = settings.Threads;
        if (settings.IsExact)
        {
            parameters.flash_attn_type = llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED;
            parameters.type_k = ggml_type.GGML_TYPE_F32;
            parameters.type_v = ggml_type.GGML_TYPE_F32;
        }

        llama_context* context = Llama.llama_init_from_model(_model.Pointer, parameters);
        return context != null ? new ContextHandle(context, _model) : throw Failed("make a context", log);
    }

    private void Use(float[] scales, NativeLog.Capture log)
    {
        if (scales.Length == 0)
        {
            return;
        }

        llama_adapter_lora** pointers = stackalloc llama_adapter_lora*[scales.Length];
        for (int i = 0; i < scales.Length; i++)
        {
            pointers[i] = _adapters[i].Pointer;
        }

        fixed (float* scale = scales)
        {
            if (Llama.llama_set_adapters_lora(_context.Pointer, pointers, (nuint)scales.Length, scale) != 0)
            {
                throw Failed("use the adapter", log);
            }
        }
    }

    private static TrainingException Failed(string what, NativeLog.Capture log) => ExceptionFactory.TrainingCheck(
        $"llama.cpp could not {what}{(log.Last is { } line ? $" ({line})" : "")}",
        "Check that the model runs with `localinference run`.");
}
