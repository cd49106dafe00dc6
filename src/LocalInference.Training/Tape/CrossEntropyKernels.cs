using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Cross-entropy in managed code. ggml's own takes a dense row of labels for each token and gives a masked row a gradient
/// all the same; here a weight of 0 gives exactly 0.
/// </summary>
internal static unsafe class CrossEntropyKernels
{
    private const int LogSum = 0;
    private const int NegativeLogLikelihood = 1;

    /// <summary>For each row of logits log Σ exp and the negative log-likelihood of its target: [2, rows].</summary>
    public static ggml_tensor* Loss(ggml_context* context, ggml_tensor* logits, ggml_tensor* targets)
    {
        ggml_tensor** sources = stackalloc ggml_tensor*[] { logits, targets };
        return Ggml.ggml_custom_4d(context, ggml_type.GGML_TYPE_F32, 2, logits->ne[1], 1, 1, sources, 2, &ComputeLoss, CustomOperation.AllThreads, null);
    }

    /// <summary>How the weighted sum of the losses changes with each logit: weight · (softmax − 1 at the target). It takes the logits' place.</summary>
    public static ggml_tensor* Gradient(ggml_context* context, ggml_tensor* logits, ggml_tensor* loss, ggml_tensor* targets, ggml_tensor* weights)
    {
        ggml_tensor** others = stackalloc ggml_tensor*[] { loss, targets, weights };
        return Ggml.ggml_custom_inplace(context, logits, others, 3, &ComputeGradient, CustomOperation.AllThreads, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ComputeLoss(ggml_tensor* result, int thread, int threads, void* state)
    {
        ggml_tensor* logits = CustomOperation.Source(result, 0);
        int* targets = (int*)CustomOperation.Source(result, 1)->data;
        (long first, long end) = CustomOperation.Share(logits->ne[1], thread, threads);
        for (long row = first; row < end; row++)
        {
            Span<float> x = CustomOperation.Row(logits, row);
            float logSum = LogSumOfExponentials(x);
            Span<float> loss = CustomOperation.Row(result, row);
            loss[LogSum] = logSum;
            loss[NegativeLogLikelihood] = logSum - x[targets[row]];
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ComputeGradient(ggml_tensor* result, int thread, int threads, void* state)
    {
        ggml_tensor* logits = CustomOperation.Source(result, 0);
        ggml_tensor* loss = CustomOperation.Source(result, 1);
        int* targets = (int*)CustomOperation.Source(result, 2)->data;
        float* weights = (float*)CustomOperation.Source(result, 3)->data;
        (long first, long end) = CustomOperation.Share(logits->ne[1], thread, threads);
        for (long row = first; row < end; row++)
        {
            Span<float> gradient = CustomOperation.Row(result, row);
            float weight = weights[row];
            if (weight == 0)
            {
                gradient.Clear();
                continue;
            }

            TensorPrimitives.Subtract(CustomOperation.Row(logits, row), CustomOperation.Row(loss, row)[LogSum], gradient);
            TensorPrimitives.Exp(gradient, gradient);
            gradient[targets[row]] -= 1;
            TensorPrimitives.Multiply(gradient, weight, gradient);
        }
    }

    private static float LogSumOfExponentials(ReadOnlySpan<float> x)
    {
        const int Part = 1024;
        Span<float> part = stackalloc float[Part];
        float max = TensorPrimitives.Max(x);
        double sum = 0;
        for (int start = 0; start < x.Length; start += Part)
        {
            ReadOnlySpan<float> from = x.Slice(start, Math.Min(Part, x.Length - start));
            Span<float> to = part[..from.Length];
            TensorPrimitives.Subtract(from, max, to);
            TensorPrimitives.Exp(to, to);
            sum += TensorPrimitives.Sum(to);
        }

        return max + (float)Math.Log(sum);
    }
}
