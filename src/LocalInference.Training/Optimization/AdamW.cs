using System.Numerics;
using System.Runtime.InteropServices;

namespace LocalInference.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, 2017, arXiv 1711.05101), in the order of operations that PyTorch's has, with
/// its moments in F32. Each element by itself: the result does not depend on threads.
/// </summary>
internal sealed class AdamW(int length, float weightDecay)
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    private readonly float[] _first = new float[length];
    private readonly float[] _second = new float[length];

    /// <summary>Running means of gradients.</summary>
    public Span<float> First => _first;

    /// <summary>Running means of squared gradients.</summary>
    public Span<float> Second => _second;

    /// <summary>Moves values against their gradients.</summary>
    /// <param name="values">The parameters.</param>
    /// <param name="gradients">As many.</param>
    /// <param name="gradientScale">What gradients are multiplied with first.</param>
    /// <param name="learningRate">How far.</param>
    /// <param name="step">Which step this is, from 1.</param>
    public void Step(Span<float> values, ReadOnlySpan<float> gradients, float gradientScale, float learningRate, int step)
    {
        float decay = 1 - (learningRate * weightDecay);
        float size = learningRate / (1 - MathF.Pow(Beta1, step));
        float correction = MathF.Sqrt(1 - MathF.Pow(Beta2, step));

        // Parameters end on a multiple of 16 floats (HostTensors.Alignment), so no vector is left half.
        Span<Vector<float>> x = MemoryMarshal.Cast<float, Vector<float>>(values);
        ReadOnlySpan<Vector<float>> g = MemoryMarshal.Cast<float, Vector<float>>(gradients);
        Span<Vector<float>> m = MemoryMarshal.Cast<float, Vector<float>>(_first.AsSpan());
        Span<Vector<float>> v = MemoryMarshal.Cast<float, Vector<float>>(_second.AsSpan());
        for (int i = 0; i < x.Length; i++)
        {
            Vector<float> gradient = g[i] * gradientScale;
            m[i] = (m[i] * Beta1) + (gradient * (1 - Beta1));
            v[i] = (v[i] * Beta2) + (gradient * gradient * (1 - Beta2));
            Vector<float> denominator = (Vector.SquareRoot(v[i]) / correction) + new Vector<float>(Epsilon);
            x[i] = (x[i] * decay) - (m[i] / denominator * size);
        }
    }
}
