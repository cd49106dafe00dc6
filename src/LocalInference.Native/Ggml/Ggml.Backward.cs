using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libggml-base: gradients of operations, and the optimizer step.</summary>
internal static unsafe partial class Ggml
{
    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_repeat_back(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_silu_back(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_rms_norm_back(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, float eps);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_get_rows_back(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, ggml_tensor* c);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_soft_max_ext_back(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, float scale, float maxBias);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_rope_ext_back(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, ggml_tensor* c, int nDims, int mode, int nCtxOrig, float freqBase, float freqScale, float extFactor, float attnFactor, float betaFast, float betaSlow);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_cross_entropy_loss_back(ggml_context* ctx, ggml_tensor* a, ggml_tensor* b, ggml_tensor* c);

    [LibraryImport(Library)]
    internal static partial ggml_tensor* ggml_opt_step_adamw(ggml_context* ctx, ggml_tensor* a, ggml_tensor* grad, ggml_tensor* m, ggml_tensor* v, ggml_tensor* adamwParams);
}
