using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Logits by libllama, as exact as it gets: keys and values in F32, no flash attention, no repacked weights, no GPU.</summary>
internal static unsafe class ReferenceLogits
{
    /// <summary>The logits of each of some tokens, a row each.</summary>
    /// <param name="path">The model, which has been checked.</param>
    /// <param name="tokens">Ids of its vocabulary.</param>
    /// <param name="threads">Threads that compute.</param>
    /// <param name="adapterPath">An adapter of the model, or <see langword="null"/>.</param>
    /// <exception cref="TrainingException">libllama refuses the model or the adapter, or cannot compute.</exception>
    public static float[] Compute(string path, ReadOnlySpan<int> tokens, int threads, string? adapterPath = null)
    {
        NativeRuntime.Get();
        using NativeLog.Capture log = NativeLog.Watch();
        using ModelHandle model = Load(path, log);
        using AdapterHandle? adapter = adapterPath is null ? null : LoadAdapter(model, adapterPath, log);
        using ContextHandle context = Create(model, tokens.Length, threads, log);
        if (adapter is not null)
        {
            llama_adapter_lora* pointer = adapter.Pointer;
            float scale = 1;
            if (Llama.llama_set_adapters_lora(context.Pointer, &pointer, 1, &scale) != 0)
            {
                throw Failed("use the adapter", log);
            }
        }

        return Decode(context, model, tokens, log);
    }

    private static ModelHandle Load(string path, NativeLog.Capture log)
    {
        llama_model_params parameters = Llama.llama_model_default_params();
        parameters.n_gpu_layers = 0;
        parameters.use_extra_bufts = 0;
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0'))
        {
            llama_model* model = Llama.llama_model_load_from_file(utf8, parameters);
            return model != null ? new ModelHandle(model) : throw Failed("load the model", log);
        }
    }

    private static AdapterHandle LoadAdapter(ModelHandle model, string path, NativeLog.Capture log)
    {
        fixed (byte* utf8 = Encoding.UTF8.GetBytes(path + '\0'))
        {
            llama_adapter_lora* adapter = Llama.llama_adapter_lora_init(model.Pointer, utf8);
            return adapter != null ? new AdapterHandle(adapter, model) : throw Failed("load the adapter", log);
        }
    }

    private static ContextHandle Create(ModelHandle model, int length, int threads, NativeLog.Capture log)
    {
        llama_context_params parameters = Llama.llama_context_default_params();
        parameters.n_ctx = (uint)length;
        parameters.n_batch = (uint)length;
        parameters.n_ubatch = (uint)length;

        // By default a sequence has one output.
        parameters.n_outputs_max = (uint)length;
        parameters.n_outputs_max_per_seq = (uint)length;
        parameters.n_threads = threads;
        parameters.n_threads_batch = threads;
        parameters.flash_attn_type = llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED;
        parameters.type_k = ggml_type.GGML_TYPE_F32;
        parameters.type_v = ggml_type.GGML_TYPE_F32;
        llama_context* context = Llama.llama_init_from_model(model.Pointer, parameters);
        return context != null ? new ContextHandle(context, model) : throw Failed("make a context", log);
    }

    private static float[] Decode(ContextHandle context, ModelHandle model, ReadOnlySpan<int> tokens, NativeLog.Capture log)
    {
        int vocabulary = Llama.llama_vocab_n_tokens(model.Vocabulary);
        int[] positions = [.. Enumerable.Range(0, tokens.Length)];
        int[] counts = new int[tokens.Length];
        sbyte[] outputs = new sbyte[tokens.Length];
        Array.Fill(counts, 1);
        Array.Fill(outputs, (sbyte)1);
        int sequence = 0;
        int** sequences = stackalloc int*[tokens.Length];
        for (int i = 0; i < tokens.Length; i++)
        {
            sequences[i] = &sequence;
        }

        fixed (int* ids = tokens)
        fixed (int* position = positions)
        fixed (int* count = counts)
        fixed (sbyte* output = outputs)
        {
            llama_batch batch = new() { n_tokens = tokens.Length, token = ids, pos = position, n_seq_id = count, seq_id = sequences, logits = output };
            if (Llama.llama_decode(context.Pointer, batch) != 0)
            {
                throw Failed("compute", log);
            }
        }

        float[] logits = new float[tokens.Length * vocabulary];
        for (int i = 0; i < tokens.Length; i++)
        {
            new ReadOnlySpan<float>(Llama.llama_get_logits_ith(context.Pointer, i), vocabulary).CopyTo(logits.AsSpan(i * vocabulary));
        }

        return logits;
    }

    private static TrainingException Failed(string what, NativeLog.Capture log) => ExceptionFactory.TrainingCheck(
        $"llama.cpp could not {what} to compare with{(log.Last is { } line ? $" ({line})" : "")}",
        "Check that the model runs with `localinference run`.");
}
