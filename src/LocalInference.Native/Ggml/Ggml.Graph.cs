using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: graphs, and the allocator that lays their intermediate tensors over each other.</summary>
internal static unsafe partial class Ggml
{
    // Graphs
    [LibraryImport(Library)]
    internal static partial ggml_cgraph* ggml_new_graph_custom(ggml_context* ctx, nuint size, byte grads);

    [LibraryImport(Library)]
    internal static partial nuint ggml_graph_overhead_custom(nuint size, byte grads);

    [LibraryImport(Library)]
    internal static partial void ggml_build_forward_expand(ggml_cgraph* cgraph, ggml_tensor* tensor);

    [LibraryImport(Library)]
    internal static partial int ggml_graph_n_nodes(ggml_cgraph* cgraph);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_graph_node(ggml_cgraph* cgraph, int i);

    // Graph allocator
    [LibraryImport(Library)]
    internal static partial ggml_gallocr* ggml_gallocr_new(ggml_backend_buffer_type* buft);

    [LibraryImport(Library)]
    internal static partial void ggml_gallocr_free(ggml_gallocr* galloc);

    [LibraryImport(Library)]
    internal static partial byte ggml_gallocr_reserve(ggml_gallocr* galloc, ggml_cgraph* graph);

    [LibraryImport(Library)]
    internal static partial byte ggml_gallocr_alloc_graph(ggml_gallocr* galloc, ggml_cgraph* graph);

    [LibraryImport(Library)]
    internal static partial nuint ggml_gallocr_get_buffer_size(ggml_gallocr* galloc, int bufferId);
}
