using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>The memory of a <see cref="ProductGraph"/>'s tensors.</summary>
internal sealed unsafe class ProductBuffers(ggml_backend_buffer* weights, ggml_backend_buffer* rest) : IDisposable
{
    public void Dispose()
    {
        Free(rest);
        Free(weights);
    }

    private static void Free(ggml_backend_buffer* buffer)
    {
        if (buffer != null)
        {
            Ggml.ggml_backend_buffer_free(buffer);
        }
    }
}
