using LocalInference.Native;

namespace LocalInference.Worker;

/// <summary>A ggml graph of one matrix product. Weights have a context of their own because they may lie in other memory.</summary>
internal sealed unsafe class ProductGraph : IDisposable
{
    // Nodes and leaves; the product and its two sources are three.
    private const nuint GraphSize = 8;

    private readonly ggml_context* _weights;
    private readonly ggml_context* _rest;

    public ProductGraph(ggml_type type, int inner, int rows, int columns)
    {
        nuint overhead = Ggml.ggml_tensor_overhead();
        _weights = NewContext(overhead);
        _rest = NewContext((2 * overhead) + Ggml.ggml_graph_overhead_custom(GraphSize, 0));
        Weights = Ggml.ggml_new_tensor_2d(_weights, type, inner, rows);
        Activations = Ggml.ggml_new_tensor_2d(_rest, ggml_type.GGML_TYPE_F32, inner, columns);
        Product = Ggml.ggml_mul_mat(_rest, Weights, Activations);
        Graph = Ggml.ggml_new_graph_custom(_rest, GraphSize, 0);
        Ggml.ggml_build_forward_expand(Graph, Product);
    }

    public ggml_tensor* Weights { get; }

    public ggml_tensor* Activations { get; }

    public ggml_tensor* Product { get; }

    public ggml_cgraph* Graph { get; }

    /// <summary>Gives the tensors memory; <see langword="null"/> when there is not enough.</summary>
    public ProductBuffers? Allocate(ggml_backend_buffer_type* weights, ggml_backend_buffer_type* rest)
    {
        ggml_backend_buffer* first = Ggml.ggml_backend_alloc_ctx_tensors_from_buft(_weights, weights);
        ggml_backend_buffer* second = Ggml.ggml_backend_alloc_ctx_tensors_from_buft(_rest, rest);
        var buffers = new ProductBuffers(first, second);
        if (first != null && second != null)
        {
            Ggml.ggml_backend_buffer_set_usage(first, ggml_backend_buffer_usage.GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
            return buffers;
        }

        buffers.Dispose();
        return null;
    }

    public void Dispose()
    {
        Ggml.ggml_free(_rest);
        Ggml.ggml_free(_weights);
    }

    private static ggml_context* NewContext(nuint size) =>
        Ggml.ggml_init(new ggml_init_params { mem_size = size, no_alloc = 1 });
}
