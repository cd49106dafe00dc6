namespace LocalInference.Training;

/// <summary>
/// Numbers that are nearly normal: twelve uniform ones added up, of which the variance is 1 (Irwin and Hall). Additions of whole numbers
/// alone, so that every machine computes the same bits, which logarithms and cosines would not.
/// </summary>
internal static class NormalNumbers
{
    private const int Terms = 12;

    // As many bits as leave the sum of twelve exact in a float.
    private const int Bits = 20;

    /// <summary>Fills with numbers of mean 0.</summary>
    /// <param name="values">What to fill.</param>
    /// <param name="key">Decides the numbers.</param>
    /// <param name="deviation">Their standard deviation.</param>
    public static void Fill(Span<float> values, ulong key, float deviation)
    {
        for (int i = 0; i < values.Length; i++)
        {
            long sum = 0;
            for (int term = 0; term < Terms; term++)
            {
                sum += (long)(RandomBits.Mix(key + ((ulong)i * Terms) + (ulong)term) >> (64 - Bits));
            }

            // The mean of each is half a step below half of its range.
            long centred = (2 * sum) - (Terms * ((1L << Bits) - 1));
            values[i] = (float)centred / (1L << (Bits + 1)) * deviation;
        }
    }
}
