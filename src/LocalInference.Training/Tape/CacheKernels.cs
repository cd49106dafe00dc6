using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Keys and values of one sequence as they lie in libllama's cache: one cell for each token, and zeros in those that are empty.</summary>
internal static unsafe class CacheKernels
{
    /// <summary>Cells are read in multiples of these (llama_kv_cache::get_n_kv in llama-kv-cache.cpp).</summary>
    public const int CellBlock = 256;

    /// <summary>[length, heads, tokens] becomes [length, cells, heads].</summary>
    public static ggml_tensor* Keys(ggml_context* context, ggml_tensor* k, long cells) => Add(context, k, k->ne[0], cells, &CopyKeys);

    /// <summary>[length, heads, tokens] becomes [cells, length, heads].</summary>
    public static ggml_tensor* Values(ggml_context* context, ggml_tensor* v, long cells) => Add(context, v, cells, v->ne[0], &CopyValues);

    private static ggml_tensor* Add(ggml_context* context, ggml_tensor* x, long columns, long rows, delegate* unmanaged[Cdecl]<ggml_tensor*, int, int, void*, void> copy)
    {
        ggml_tensor** sources = stackalloc ggml_tensor*[] { x };
        return Ggml.ggml_custom_4d(context, ggml_type.GGML_TYPE_F32, columns, rows, x->ne[1], 1, sources, 1, copy, CustomOperation.AllThreads, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void CopyKeys(ggml_tensor* result, int thread, int threads, void* state)
    {
        ggml_tensor* keys = CustomOperation.Source(result, 0);
        (long first, long end) = CustomOperation.Share(result->ne[1] * result->ne[2], thread, threads);
        for (long row = first; row < end; row++)
        {
            (long head, long cell) = Math.DivRem(row, result->ne[1]);
            Span<float> to = CustomOperation.Row(result, row);
            to.Clear();
            if (cell < keys->ne[2])
            {
                new ReadOnlySpan<float>(Token(keys, head, cell), to.Length).CopyTo(to);
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void CopyValues(ggml_tensor* result, int thread, int threads, void* state)
    {
        ggml_tensor* values = CustomOperation.Source(result, 0);
        (long first, long end) = CustomOperation.Share(result->ne[1] * result->ne[2], thread, threads);
        for (long row = first; row < end; row++)
        {
            (long head, long element) = Math.DivRem(row, result->ne[1]);
            Span<float> to = CustomOperation.Row(result, row);
            to.Clear();
            for (long cell = 0; cell < values->ne[2]; cell++)
            {
                to[(int)cell] = Token(values, head, cell)[element];
            }
        }
    }

    private static float* Token(ggml_tensor* x, long head, long token) => (float*)((byte*)x->data + ((ulong)head * x->nb[1]) + ((ulong)token * x->nb[2]));
}
