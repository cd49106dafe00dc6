using System.Text;
using LocalInference.Native;

namespace LocalInference.Tests.Embeddings;

/// <summary>
/// The smallest program over libllama that embeds: its own model, its own context, one text alone in each call, pooling by
/// llama.cpp's graph. What the engine must equal.
/// </summary>
internal sealed unsafe class EmbeddingReference : IDisposable
{
    private readonly llama_model* _model;
    private readonly llama_context* _context;
    private readonly llama_pooling_type _pooling;

    public EmbeddingReference(string path, llama_pooling_type pooling, int longest = 512)
    {
        NativeRuntime.Get();
        _pooling = pooling;
        fixed (byte* file = Encoding.UTF8.GetBytes(path + '\0'))
        {
            _model = Llama.llama_model_load_from_file(file, Llama.llama_model_default_params());
        }

        llama_context_params parameters = Llama.llama_context_default_params();
        parameters.n_ctx = (uint)longest;
        parameters.n_batch = (uint)longest;
        parameters.n_ubatch = (uint)longest;
        parameters.n_threads = 1;
        parameters.n_threads_batch = 1;
        parameters.embeddings = 1;
        parameters.pooling_type = pooling;

        // For few rows the CPU's flash attention sums up in half precision, which costs more accuracy than packing does.
        parameters.flash_attn_type = llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED;
        _context = Llama.llama_init_from_model(_model, parameters);
    }

    /// <summary>The vector of a text as llama.cpp gives it, or the outputs of the classification head.</summary>
    public float[] Embed(ReadOnlySpan<int> tokens)
    {
        if (Llama.llama_get_memory(_context) is var memory && memory != null)
        {
            Llama.llama_memory_clear(memory, data: 1);
        }

        fixed (int* ids = tokens)
        {
            // Without positions and sequences llama.cpp counts from 0 in sequence 0, and with embeddings every row is an output.
            if (Llama.llama_decode(_context, new llama_batch { n_tokens = tokens.Length, token = ids }) != 0)
            {
                throw new InvalidOperationException("llama_decode failed");
            }
        }

        int length = _pooling == llama_pooling_type.LLAMA_POOLING_TYPE_RANK
            ? (int)Llama.llama_model_n_cls_out(_model)
            : Llama.llama_model_n_embd_out(_model);
        return new ReadOnlySpan<float>(Llama.llama_get_embeddings_seq(_context, 0), length).ToArray();
    }

    public void Dispose()
    {
        Llama.llama_free(_context);
        Llama.llama_model_free(_model);
    }
}
