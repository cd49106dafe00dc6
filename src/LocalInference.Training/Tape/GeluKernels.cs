using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// GELU by its approximation with a tanh (Hendrycks and Gimpel, 2016, arXiv 1606.08415), in F32. ggml's own on the CPU reads a table of
/// half precision, which is a staircase: it has no slope to follow. Written as x · σ(2u), which is x · (1 + tanh u) / 2,
/// with u = √(2/π) · (x + 0.044715 x³).
/// </summary>
internal static unsafe class GeluKernels
{
    private const float Cubic = 0.044715f;

    // 2 · √(2/π).
    private const float Scale = 1.5957691216f;

    /// <summary>gelu(x) · factor.</summary>
    public static ggml_tensor* Value(ggml_context* context, ggml_tensor* x, ggml_tensor* factor) => Add(context, x, factor, &ComputeValue);

    /// <summary>gelu'(x) · factor.</summary>
    public static ggml_tensor* Slope(ggml_context* context, ggml_tensor* x, ggml_tensor* factor) => Add(context, x, factor, &ComputeSlope);

    private static ggml_tensor* Add(ggml_context* context, ggml_tensor* x, ggml_tensor* factor, delegate* unmanaged[Cdecl]<ggml_tensor*, int, int, void*, void> compute)
    {
        ggml_tensor** sources = stackalloc ggml_tensor*[] { x, factor };
        return Ggml.ggml_custom_4d(context, ggml_type.GGML_TYPE_F32, x->ne[0], x->ne[1], 1, 1, sources, 2, compute, CustomOperation.AllThreads, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ComputeValue(ggml_tensor* result, int thread, int threads, void* state)
    {
        (long first, long end) = CustomOperation.Share(result->ne[1], thread, threads);
        for (long row = first; row < end; row++)
        {
            ReadOnlySpan<float> x = CustomOperation.Row(CustomOperation.Source(result, 0), row);
            Span<float> y = CustomOperation.Row(result, row);
            Gate(x, y);
            TensorPrimitives.Multiply(y, x, y);
            TensorPrimitives.Multiply(y, CustomOperation.Row(CustomOperation.Source(result, 1), row), y);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ComputeSlope(ggml_tensor* result, int thread, int threads, void* state)
    {
        (long first, long end) = CustomOperation.Share(result->ne[1], thread, threads);
        for (long row = first; row < end; row++)
        {
            ReadOnlySpan<float> x = CustomOperation.Row(CustomOperation.Source(result, 0), row);
            ReadOnlySpan<float> factor = CustomOperation.Row(CustomOperation.Source(result, 1), row);
            Span<float> y = CustomOperation.Row(result, row);
            Gate(x, y);
            for (int i = 0; i < y.Length; i++)
            {
                float gate = y[i];
                y[i] = factor[i] * (gate + (gate * (1 - gate) * Scale * x[i] * (1 + (3 * Cubic * x[i] * x[i]))));
            }
        }
    }

    // σ(2u).
    private static void Gate(ReadOnlySpan<float> x, Span<float> gate)
    {
        TensorPrimitives.Multiply(x, x, gate);
        TensorPrimitives.Multiply(gate, Cubic, gate);
        TensorPrimitives.Add(gate, 1f, gate);
        TensorPrimitives.Multiply(gate, x, gate);
        TensorPrimitives.Multiply(gate, Scale, gate);
        TensorPrimitives.Sigmoid(gate, gate);
    }
}
