namespace LocalInference;

/// <summary>Top-n-sigma over a row: forbids what lies more than n standard deviations below the largest logit.</summary>
internal static class TopNSigma
{
    /// <summary>Writes the row with what is left; what was forbidden before counts for nothing. Both spans may be the same.</summary>
    public static void Apply(ReadOnlySpan<float> logits, float largest, float n, Span<float> result)
    {
        // Sums are rounded as llama.cpp's are: the one of squares is a float to which doubles are added.
        float sum = 0;
        int count = 0;
        foreach (float logit in logits)
        {
            if (!float.IsNegativeInfinity(logit))
            {
                sum += logit;
                count++;
            }
        }

        float mean = sum / count;
        float squares = 0;
        foreach (float logit in logits)
        {
            if (!float.IsNegativeInfinity(logit))
            {
                double distance = logit - mean;
                squares = (float)(squares + (distance * distance));
            }
        }

        float least = largest - (n * MathF.Sqrt(squares / count));
        for (int i = 0; i < logits.Length; i++)
        {
            result[i] = logits[i] < least ? float.NegativeInfinity : logits[i];
        }
    }
}
