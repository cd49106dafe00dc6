namespace LocalInference.Training;

/// <summary>The length of the gradient of all parameters together.</summary>
internal static class GradientNorm
{
    /// <summary>√Σ g², added up in double precision from first to last: the same on every run.</summary>
    public static double Of(ReadOnlySpan<float> gradients)
    {
        double sum = 0;
        foreach (float gradient in gradients)
        {
            sum += (double)gradient * gradient;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>The factor that brings a gradient of this length down to a limit, as PyTorch's clip_grad_norm_ has it; 1 below the limit.</summary>
    public static float ClipFactor(double norm, float limit) => (float)Math.Min(1, limit / (norm + 1e-6));
}
