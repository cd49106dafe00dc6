using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libllama: contexts, batches and their outputs. One context belongs to one thread at a time.</summary>
internal static unsafe partial class Llama
{
    // Life cycle
    [LibraryImport(Library)]
    internal static partial llama_context_params llama_context_default_params();

    [LibraryImport(Library)]
    internal static partial llama_context* llama_init_from_model(llama_model* model, llama_context_params parameters);

    [LibraryImport(Library)]
    internal static partial void llama_free(llama_context* ctx);

    // Facts (read them after creation: asked-for values are rounded)
    [LibraryImport(Library)]
    internal static partial uint llama_n_ctx(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial uint llama_n_ctx_seq(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial uint llama_n_batch(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial uint llama_n_ubatch(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial uint llama_n_seq_max(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial llama_pooling_type llama_pooling_type(llama_context* ctx);

    // Threads and interruption
    [LibraryImport(Library)]
    internal static partial void llama_attach_threadpool(llama_context* ctx, ggml_threadpool* threadpool, ggml_threadpool* threadpoolBatch);

    [LibraryImport(Library)]
    internal static partial void llama_detach_threadpool(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial void llama_set_n_threads(llama_context* ctx, int nThreads, int nThreadsBatch);

    [LibraryImport(Library)]
    internal static partial int llama_n_threads(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial int llama_n_threads_batch(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial void llama_set_abort_callback(llama_context* ctx, delegate* unmanaged[Cdecl]<void*, byte> abortCallback, void* abortCallbackData);

    // Computing (0 done, 1 no room in the KV cache, 2 aborted, below 0 failed)
    [LibraryImport(Library)]
    internal static partial int llama_encode(llama_context* ctx, llama_batch batch);

    [LibraryImport(Library)]
    internal static partial int llama_decode(llama_context* ctx, llama_batch batch);

    [LibraryImport(Library)]
    internal static partial void llama_synchronize(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial void llama_set_embeddings(llama_context* ctx, byte embeddings);

    [LibraryImport(Library)]
    internal static partial void llama_set_causal_attn(llama_context* ctx, byte causalAttn);

    // Outputs (valid until the next decode)
    [LibraryImport(Library)]
    internal static partial float* llama_get_logits_ith(llama_context* ctx, int i);

    [LibraryImport(Library)]
    internal static partial float* llama_get_embeddings_ith(llama_context* ctx, int i);

    [LibraryImport(Library)]
    internal static partial float* llama_get_embeddings_seq(llama_context* ctx, int seqId);

    // Counters
    [LibraryImport(Library)]
    internal static partial llama_perf_context_data llama_perf_context(llama_context* ctx);

    [LibraryImport(Library)]
    internal static partial void llama_perf_context_reset(llama_context* ctx);
}
