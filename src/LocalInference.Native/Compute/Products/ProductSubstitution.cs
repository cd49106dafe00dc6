using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace LocalInference.Native;

/// <summary>
/// Has <see cref="ProductKernel"/> compute products of many rows with a model's matrices in a graph that libllama has made: before a node is
/// computed it becomes a custom operation (ggml_custom_4d), which the same threads run. For graphs that are computed on the CPU alone. What it
/// is worth depends on the type: 256 rows of a 135M model on 2 cores with AVX2 took 0.80 of the time in Q8_0, 0.67 in Q5_0 and 0.49 in F16.
/// </summary>
internal static unsafe class ProductSubstitution
{
    // A matrix is unpacked once for all rows, which for a few takes longer than multiplying with it: a prompt of 32 tokens took a quarter
    // longer in Q5_0 and Q8_0, one of 48 some percent less.
    private const int FewestRows = 48;

    private static readonly Lazy<Operations> s_operations = new(static () => new Operations());

    /// <summary>Whether it pays, and the CPU computes every node. To be asked first: what it prepares may fail, and may not in a callback.</summary>
    public static bool IsSupported(NativeRuntime runtime) => runtime.HasOnlyCpu && Pays && s_operations.Value.Custom != Operations.None;

    // With AVX-512 or VNNI llama.cpp's products are faster, too, by half for 8-bit integers; not measured there, so they stay its own.
    private static bool Pays => ProductKernel.IsSupported && !Avx512F.IsSupported && !AvxVnni.IsSupported;

    /// <summary>For a graph in which nothing else is to be looked at: llama_context_params.cb_eval, asked of each node before it is computed.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static byte OnNode(ggml_tensor* node, byte ask, void* context)
    {
        if (ask != 0)
        {
            Apply(node);
        }

        return 0;
    }

    /// <summary>
    /// Computes a node by <see cref="ProductKernel"/> if it is such a product: with a matrix as it lies in the file. What llama.cpp has packed
    /// anew for its own kernels stays theirs, and so does BF16, which some processors multiply as it is.
    /// </summary>
    /// <param name="node">A node that is about to be computed; where <see cref="ProductKernel.IsSupported"/>.</param>
    public static void Apply(ggml_tensor* node)
    {
        Operations operations = s_operations.Value;
        if (node->op != operations.Product || !IsFitting(node))
        {
            return;
        }

        (node->src[0], node->src[1]) = (node->src[1], node->src[0]);
        node->op = operations.Custom;
        operations.Parameters.CopyTo(new Span<int>(node->op_params, ggml_tensor.MaxOpParams));
    }

    private static bool IsFitting(ggml_tensor* node)
    {
        ggml_tensor* matrix = CustomOperation.Source(node, 0);
        ggml_tensor* rows = CustomOperation.Source(node, 1);
        return rows->ne[1] >= FewestRows
            && IsMatrix(rows)
            && rows->type == ggml_type.GGML_TYPE_F32
            && IsMatrix(matrix)
            && IsStored(matrix)
            && matrix->type != ggml_type.GGML_TYPE_BF16
            && (matrix->type == ggml_type.GGML_TYPE_F32 || Ggml.ggml_get_type_traits(matrix->type)->to_float != null);
    }

    // Rows of elements that lie side by side.
    private static bool IsMatrix(ggml_tensor* tensor) =>
        tensor->ne[2] == 1 && tensor->ne[3] == 1 && tensor->nb[0] == (ulong)Ggml.ggml_type_size(tensor->type);

    // Not computed, nor a part of the KV cache; and not in memory whose layout only its backend knows.
    private static bool IsStored(ggml_tensor* tensor) =>
        tensor->op == Operations.None && tensor->view_src == null && tensor->buffer != null && Ggml.ggml_backend_buffer_is_host(tensor->buffer) != 0;

    // The numbers of operations change with each release; which they are is seen in what ggml makes of them.
    private sealed class Operations
    {
        // GGML_OP_NONE of ggml.h, the first in any release.
        public const int None = 0;

        public Operations()
        {
            // For as long as the process lives, as a graph may.
            ProductKernel* kernel = (ProductKernel*)NativeMemory.Alloc((nuint)sizeof(ProductKernel));
            *kernel = new ProductKernel(isLeftAcross: false, isRightAcross: false, scale: 1);
            ggml_context* context = Ggml.ggml_init(new ggml_init_params { mem_size = Ggml.ggml_tensor_overhead() * 3, no_alloc = 1 });
            ggml_tensor* one = Ggml.ggml_new_tensor_3d(context, ggml_type.GGML_TYPE_F32, 1, 1, 1);
            Product = Ggml.ggml_mul_mat(context, one, one)->op;
            ggml_tensor** factors = stackalloc ggml_tensor*[] { one, one };
            ggml_tensor* custom = Ggml.ggml_custom_4d(context, ggml_type.GGML_TYPE_F32, 1, 1, 1, 1, factors, 2, &ProductKernel.Run, CustomOperation.AllThreads, kernel);
            Custom = custom->op;
            Parameters = new ReadOnlySpan<int>(custom->op_params, ggml_tensor.MaxOpParams).ToArray();
            Ggml.ggml_free(context);
        }

        public int Product { get; }

        public int Custom { get; }

        /// <summary>What to call, on how many threads, and with what.</summary>
        public int[] Parameters { get; }
    }
}
