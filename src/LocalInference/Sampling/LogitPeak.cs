using System.Numerics;
using System.Runtime.Intrinsics;

namespace LocalInference;

/// <summary>What one pass over a row of logits tells: the largest, the first place that has it, and whether the row can be sampled.</summary>
/// <param name="Value">The largest logit.</param>
/// <param name="Token">The first token that has it, which is llama.cpp's greedy choice.</param>
/// <param name="IsValid">No logit is NaN, and the largest is finite. Negative infinity is a forbidden token, and allowed.</param>
internal readonly record struct LogitPeak(float Value, int Token, bool IsValid)
{
    // 4 kB: the block with the largest value is still in the first cache when it is searched for the place.
    private const int BlockLength = 1024;

    // Without the sign, numbers are ordered as integers; what is above infinity is NaN.
    private const int MagnitudeBits = int.MaxValue;
    private const int InfinityBits = 0x7F800000;

    /// <summary>Scans a row that is not empty.</summary>
    public static LogitPeak Of(ReadOnlySpan<float> logits)
    {
        float best = float.NegativeInfinity;
        int block = 0;
        int magnitude = 0;
        for (int start = 0; start < logits.Length; start += BlockLength)
        {
            ReadOnlySpan<float> part = logits.Slice(start, Math.Min(BlockLength, logits.Length - start));
            float value = Largest(part, ref magnitude);
            if (value > best)
            {
                best = value;
                block = start;
            }
        }

        bool isNumeric = magnitude <= InfinityBits;
        return new LogitPeak(best, isNumeric ? block + IndexOf(logits[block..], best) : 0, isNumeric && float.IsFinite(best));
    }

    private static int IndexOf(ReadOnlySpan<float> logits, float value)
    {
        int i = 0;
        Vector256<float> wanted = Vector256.Create(value);
        for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            uint equal = Vector256.Equals(Vector256.Create(logits[i..]), wanted).ExtractMostSignificantBits();
            if (equal != 0)
            {
                return i + BitOperations.TrailingZeroCount(equal);
            }
        }

        while (logits[i] != value)
        {
            i++;
        }

        return i;
    }

    private static float Largest(ReadOnlySpan<float> part, ref int magnitude)
    {
        float largest = float.NegativeInfinity;
        int i = 0;
        if (part.Length >= 2 * Vector256<float>.Count)
        {
            Vector256<float> even = Vector256.Create(float.NegativeInfinity);
            Vector256<float> odd = even;
            Vector256<int> evenMagnitude = Vector256<int>.Zero;
            Vector256<int> oddMagnitude = Vector256<int>.Zero;
            Vector256<int> mask = Vector256.Create(MagnitudeBits);
            for (; i <= part.Length - (2 * Vector256<float>.Count); i += 2 * Vector256<float>.Count)
            {
                Vector256<float> a = Vector256.Create(part[i..]);
                Vector256<float> b = Vector256.Create(part[(i + Vector256<float>.Count)..]);
                even = Vector256.MaxNative(even, a);
                odd = Vector256.MaxNative(odd, b);
                evenMagnitude = Vector256.Max(evenMagnitude, a.AsInt32() & mask);
                oddMagnitude = Vector256.Max(oddMagnitude, b.AsInt32() & mask);
            }

            even = Vector256.MaxNative(even, odd);
            evenMagnitude = Vector256.Max(evenMagnitude, oddMagnitude);
            for (int lane = 0; lane < Vector256<float>.Count; lane++)
            {
                largest = Math.Max(largest, even[lane]);
                magnitude = Math.Max(magnitude, evenMagnitude[lane]);
            }
        }

        for (; i < part.Length; i++)
        {
            largest = Math.Max(largest, part[i]);
            magnitude = Math.Max(magnitude, BitConverter.SingleToInt32Bits(part[i]) & MagnitudeBits);
        }

        return largest;
    }
}
