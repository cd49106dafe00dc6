using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: operations that a forward pass is built of. Each adds a node; nothing is computed yet.</summary>
internal static unsafe partial class Ggml
{
    // Element by element
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_add(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_sub(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_mul(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_div(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_scale(ggml_context* ctx, ggml_tensor* a, float s);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_sqr(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_sqrt(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_neg(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_step(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_exp(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_log(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_clamp(ggml_context* ctx, ggml_tensor* a, float min, float max);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_tanh(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_sigmoid(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_silu(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_gelu(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_swiglu_split(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_geglu_split(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    // Reductions and repetition
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_sum(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_sum_rows(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_mean(ggml_context* ctx, ggml_tensor* a);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_repeat(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_concat(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, int dim);

    // Layers
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_norm(ggml_context* ctx, ggml_tensor* a, float eps);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_rms_norm(ggml_context* ctx, ggml_tensor* a, float eps);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_mul_mat(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial byte ggml_prec_set_acc(ggml_tensor* a, ggml_prec prec);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_out_prod(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_get_rows(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_set_rows(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, ggml_tensor* c);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_diag_mask_inf(ggml_context* ctx, ggml_tensor* a, int nPast);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_soft_max_ext(ggml_context* ctx, ggml_tensor* a, ggml_tensor* mask, float scale, float maxBias);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_rope_ext(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, ggml_tensor* c, int nDims, int mode, int nCtxOrig, float freqBase, float freqScale, float extFactor, float attnFactor, float betaFast, float betaSlow);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_cross_entropy_loss(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    // Our own code as a node; it runs on the CPU backend's threads and must not throw
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_map_custom1(ggml_context* ctx, ggml_tensor* a, delegate* unmanaged[Cdecl]<ggml_tensor*, ggml_tensor*, int, int, void*, void> fun, int nTasks, void* userdata);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_map_custom2(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, delegate* unmanaged[Cdecl]<ggml_tensor*, ggml_tensor*, ggml_tensor*, int, int, void*, void> fun, int nTasks, void* userdata);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_map_custom3(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, ggml_tensor* c, delegate* unmanaged[Cdecl]<ggml_tensor*, ggml_tensor*, ggml_tensor*, ggml_tensor*, int, int, void*, void> fun, int nTasks, void* userdata);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_custom_4d(ggml_context* ctx, ggml_type type, long ne0, long ne1, long ne2, long ne3, ggml_tensor** args, int nArgs, delegate* unmanaged[Cdecl]<ggml_tensor*, int, int, void*, void> fun, int nTasks, void* userdata);
}
