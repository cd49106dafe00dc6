using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: operations that write into their first operand, and what a context still has room for.</summary>
internal static unsafe partial class Ggml
{
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_add_inplace(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_acc_inplace(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, nuint nb1, nuint nb2, nuint nb3, nuint offset);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_diag_mask_inf_inplace(ggml_context* ctx, ggml_tensor* a, int nPast);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_soft_max_ext_inplace(ggml_context* ctx, ggml_tensor* a, ggml_tensor* mask, float scale, float maxBias);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_custom_inplace(ggml_context* ctx, ggml_tensor* a, ggml_tensor** args, int nArgs, delegate* unmanaged[Cdecl]<ggml_tensor*, int, int, void*, void> fun, int nTasks, void* userdata);

    [LibraryImport(Library)]
    internal static partial nuint ggml_used_mem(ggml_context* ctx);
}
