using System.Numerics;
using System.Runtime.InteropServices;

namespace LocalInference.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, 2017, arXiv 1711.05101), in the order of operations that PyTorch's has, with
/// its moments in F32. Each element by itself: the result does not depend on threads.
/// </summary>
internal static class AdamW
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    /// <summary>Moves values against their gradients.</summary>
    /// <param name="slice">The parameters; a multiple of 16 of them (<see cref="HostTensors.Alignment"/>), so that no vector is left half.</param>
    /// <param name="step">How.</param>
    public static void Step(OptimizerSlice slice, OptimizerStep step)
    {
        float decay = step.Decay;
        float size = step.LearningRate / (1 - MathF.Pow(Beta1, step.Number));
        float correction = MathF.Sqrt(1 - MathF.Pow(Beta2, step.Number));
        Span<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(slice.Values);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(slice.Gradients);
        Span<Vector<float>> m = MemoryMarshal.Cast<float, Vector<float>>(slice.First);
        Span<Vector<float>> v = MemoryMarshal.Cast<float, Vector<float>>(slice.Second);
        for (int i = 0; i < x.Length; i++)
        {
            Vector<float> gradient = g[i] * step.GradientScale;
            m[i] = (m[i] * Beta1) + (gradient * (1 - Beta1));
            v[i] = (v[i] * Beta2) + (gradient * gradient * (1 - Beta2));
            Vector<float> denominator = (Vector.SquareRoot(v[i]) / correction) + new Vector<float>(Epsilon);
            x[i] = (x[i] * decay) - (m[i] / denominator * size);
        }
    }
}
