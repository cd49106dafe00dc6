using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: contexts that hold tensor headers, tensors, and views of them.</summary>
internal static unsafe partial class Ggml
{
    // Contexts
    [LibraryImport(Library)]
    internal static partial ggml_context* ggml_init(ggml_init_params parameters);

    [LibraryImport(Library)]
    internal static partial void ggml_free(ggml_context* ctx);

    [LibraryImport(Library)]
    internal static partial void ggml_reset(ggml_context* ctx);

    [LibraryImport(Library)]
    internal static partial nuint ggml_tensor_overhead();

    // Tensors
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_new_tensor_1d(ggml_context* ctx, ggml_type type, long ne0);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_new_tensor_2d(ggml_context* ctx, ggml_type type, long ne0, long ne1);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_new_tensor_3d(ggml_context* ctx, ggml_type type, long ne0, long ne1, long ne2);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_new_tensor_4d(ggml_context* ctx, ggml_type type, long ne0, long ne1, long ne2, long ne3);

    [LibraryImport(Library)]
    internal static partial void ggml_set_input(ggml_tensor* tensor);

    [LibraryImport(Library)]
    internal static partial void ggml_set_output(ggml_tensor* tensor);

    [LibraryImport(Library)]
    internal static partial void ggml_set_param(ggml_tensor* tensor);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_set_name(ggml_tensor* tensor, byte* name);

    [LibraryImport(Library)]
    internal static partial long ggml_nelements(ggml_tensor* tensor);

    [LibraryImport(Library)]
    internal static partial nuint ggml_nbytes(ggml_tensor* tensor);

    [LibraryImport(Library)]
    internal static partial byte* ggml_op_name(int op);

    // Views: the same bytes under another shape
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_view_1d(ggml_context* ctx, ggml_tensor* a, long ne0, nuint offset);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_view_2d(ggml_context* ctx, ggml_tensor* a, long ne0, long ne1, nuint nb1, nuint offset);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_view_3d(ggml_context* ctx, ggml_tensor* a, long ne0, long ne1, long ne2, nuint nb1, nuint nb2, nuint offset);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_view_4d(ggml_context* ctx, ggml_tensor* a, long ne0, long ne1, long ne2, long ne3, nuint nb1, nuint nb2, nuint nb3, nuint offset);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_view_tensor(ggml_context* ctx, ggml_tensor* src);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_reshape(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_reshape_1d(ggml_context* ctx, ggml_tensor* a, long ne0);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_reshape_2d(ggml_context* ctx, ggml_tensor* a, long ne0, long ne1);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_reshape_3d(ggml_context* ctx, ggml_tensor* a, long ne0, long ne1, long ne2);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_reshape_4d(ggml_context* ctx, ggml_tensor* a, long ne0, long ne1, long ne2, long ne3);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_permute(ggml_context* ctx, ggml_tensor* a, int axis0, int axis1, int axis2, int axis3);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_transpose(ggml_context* ctx, ggml_tensor* a);

    // Copies
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_cont(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_cast(ggml_context* ctx, ggml_tensor* a, ggml_type type);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_cpy(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_dup(ggml_context* ctx, ggml_tensor* a);
}
