using System.Numerics;
using System.Runtime.Intrinsics;

namespace LocalInference;

/// <summary>
/// e to the power of many logits at once, rounded as the C library's <c>expf</c> rounds each of them, and their sum, rounded as if
/// they were added one after the other: vectorised, and still llama.cpp's numbers to the last bit.
/// </summary>
internal static class Exponentials
{
    // Below this a weight is less than 2e-35 and cannot change a sum that holds the largest one, which is 1.
    private const float Negligible = -80;

    // expf is within 0.502 units of the last place (glibc's sysdeps/ieee754/flt-32/e_expf.c says so), so that its result is the
    // nearest float unless two floats are nearly equally near. Those, about one in a hundred, are left to expf itself.
    private const double ClearlyNearest = 0.99;

    // A sum between two powers of 2 is 2^23 to 2^24 units.
    private const float UnitsToPowerOf2 = 1 << 23;
    private const int ExponentBits = 0x7F800000;
    private const int UnitBlock = 32;

    // Far from where units would be too small for a float.
    private const float SmallestSumInUnits = 1e-20f;

    // Weights that are summed before they are looked at one by one.
    private const int BlockLength = 256;

    private const double Log2OfE = 1.4426950408889634;
    private const double LogOf2 = 0.6931471805599453;

    /// <summary>
    /// Computes <c>expf(logit / temperature - largest / temperature)</c> for each logit; 0 where that is less than 2e-35.
    /// </summary>
    public static void Of(ReadOnlySpan<float> logits, float largest, float temperature, Span<float> weights)
    {
        int i = 0;
        float shift = largest / temperature;
        Vector256<float> divisor = Vector256.Create(temperature);
        Vector256<float> shifts = Vector256.Create(shift);
        Vector256<float> negligible = Vector256.Create(Negligible);
        for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Vector256<float> x = (Vector256.Create(logits[i..]) / divisor) - shifts;
            Vector256<float> relevant = Vector256.GreaterThanOrEqual(x, negligible);
            if (relevant == Vector256<float>.Zero)
            {
                Vector256<float>.Zero.CopyTo(weights[i..]);
                continue;
            }

            Vector256<float> clamped = Vector256.ConditionalSelect(relevant, x, negligible);
            (Vector256<double> lowX, Vector256<double> highX) = Vector256.Widen(clamped);
            Vector256<double> low = Of(lowX);
            Vector256<double> high = Of(highX);
            Vector256<float> nearest = Vector256.Narrow(low, high);
            Vector256<float> unclear = Unclear(nearest, low, high) & relevant;
            (nearest & relevant).CopyTo(weights[i..]);
            for (uint lanes = unclear.ExtractMostSignificantBits(); lanes != 0; lanes &= lanes - 1)
            {
                int lane = BitOperations.TrailingZeroCount(lanes);
                weights[i + lane] = MathF.Exp(x[lane]);
            }
        }

        for (; i < logits.Length; i++)
        {
            weights[i] = MathF.Exp((logits[i] / temperature) - shift);
        }
    }

    /// <summary>
    /// The sum in single precision, rounded after each number in turn; the numbers are 0 to 1. As long as the sum stays between two
    /// powers of 2, every addend is rounded to multiples of the same unit, and these can be added in any order. Numbers at which
    /// the sum passes a power of 2, or which lie in the middle between two multiples, are added one by one.
    /// </summary>
    public static float SumInTurn(ReadOnlySpan<float> weights)
    {
        float sum = 0;
        int i = 0;
        for (; i <= weights.Length - UnitBlock; i += UnitBlock)
        {
            ReadOnlySpan<float> block = weights.Slice(i, UnitBlock);
            sum = sum > SmallestSumInUnits && SumInUnits(sum, block) is > 0 and float inUnits ? inUnits : SumOneByOne(sum, block);
        }

        return SumOneByOne(sum, weights[i..]);
    }

    /// <summary>The sum in double precision. Its rounding is some 1e-16 of it, whatever the order.</summary>
    public static double Sum(ReadOnlySpan<float> weights)
    {
        Vector256<double> sums = Vector256<double>.Zero;
        Vector256<double> others = sums;
        int i = 0;
        for (; i <= weights.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Create(weights[i..]));
            sums += low;
            others += high;
        }

        double sum = Vector256.Sum(sums + others);
        for (; i < weights.Length; i++)
        {
            sum += weights[i];
        }

        return sum;
    }

    /// <summary>The first place at which the sum of the weights so far reaches a target; the last one if none does.</summary>
    public static int IndexOfSum(ReadOnlySpan<float> weights, double target)
    {
        double running = 0;
        for (int start = 0; start < weights.Length; start += BlockLength)
        {
            ReadOnlySpan<float> block = weights.Slice(start, Math.Min(BlockLength, weights.Length - start));
            double next = running + Sum(block);
            if (next >= target)
            {
                for (int i = 0; i < block.Length; i++)
                {
                    running += block[i];
                    if (running >= target)
                    {
                        return start + i;
                    }
                }
            }

            running = next;
        }

        return weights.Length - 1;
    }

    private static float SumOneByOne(float sum, ReadOnlySpan<float> weights)
    {
        foreach (float weight in weights)
        {
            sum += weight;
        }

        return sum;
    }

    // 0: not this way.
    private static float SumInUnits(float sum, ReadOnlySpan<float> block)
    {
        float unit = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(sum) & ExponentBits) / UnitsToPowerOf2;
        Vector256<float> units = Vector256.Create(1 / unit);
        Vector256<int> total = Vector256<int>.Zero;
        Vector256<float> refused = Vector256<float>.Zero;
        for (int i = 0; i < block.Length; i += Vector256<float>.Count)
        {
            Vector256<float> exact = Vector256.Create(block[i..]) * units;
            Vector256<float> rounded = Vector256.Round(exact);
            Vector256<float> middle = Vector256.Equals(Vector256.Abs(exact - rounded), Vector256.Create(0.5f));
            refused |= middle | Vector256.GreaterThan(exact, Vector256.Create(UnitsToPowerOf2));
            total += Vector256.ConvertToInt32Native(rounded);
        }

        float result = (int)(sum / unit) + Vector256.Sum(total);
        return refused == Vector256<float>.Zero && result < 2 * UnitsToPowerOf2 ? result * unit : 0;
    }

    // e^x = 2^n e^r with |r| ≤ ln 2 / 2, where Taylor's series to r^9 is within 1e-11.
    private static Vector256<double> Of(Vector256<double> x)
    {
        Vector256<double> n = Vector256.Round(x * Log2OfE);
        Vector256<double> r = x - (n * LogOf2);
        Vector256<double> y = Vector256.Create(1.0 / 362880);
        y = Vector256.MultiplyAddEstimate(y, r, Vector256.Create(1.0 / 40320));
        y = Vector256.MultiplyAddEstimate(y, r, Vector256.Create(1.0 / 5040));
        y = Vector256.MultiplyAddEstimate(y, r, Vector256.Create(1.0 / 720));
        y = Vector256.MultiplyAddEstimate(y, r, Vector256.Create(1.0 / 120));
        y = Vector256.MultiplyAddEstimate(y, r, Vector256.Create(1.0 / 24));
        y = Vector256.MultiplyAddEstimate(y, r, Vector256.Create(1.0 / 6));
        y = Vector256.MultiplyAddEstimate(y, r, Vector256.Create(0.5));
        y = Vector256.MultiplyAddEstimate(y, r, Vector256<double>.One);
        y = Vector256.MultiplyAddEstimate(y, r, Vector256<double>.One);

        // n is a whole number of at most 116: behind 2^52 + 1023 its bits are those of 2^n.
        Vector256<long> exponent = (n + Vector256.Create(4503599627370496.0 + 1023)).AsInt64() << 52;
        return y * exponent.AsDouble();
    }

    // Lanes whose value lies near the middle between two floats, or whose float is a power of 2, below which floats lie closer.
    private static Vector256<float> Unclear(Vector256<float> nearest, Vector256<double> low, Vector256<double> high)
    {
        Vector256<int> mantissa = nearest.AsInt32() & Vector256.Create(0x7FFFFF);
        Vector256<float> scale = (nearest.AsInt32() & Vector256.Create(0x7F800000)).AsSingle();
        (Vector256<double> lowNearest, Vector256<double> highNearest) = Vector256.Widen(nearest);
        (Vector256<double> lowScale, Vector256<double> highScale) = Vector256.Widen(scale);
        Vector256<double> limit = Vector256.Create(ClearlyNearest / (1 << 24));
        Vector256<double> lowUnclear = Vector256.GreaterThan(Vector256.Abs(low - lowNearest), lowScale * limit);
        Vector256<double> highUnclear = Vector256.GreaterThan(Vector256.Abs(high - highNearest), highScale * limit);

        // All bits or none: narrowing keeps which.
        Vector256<int> unclear = Vector256.Narrow(lowUnclear.AsInt64(), highUnclear.AsInt64());
        return (unclear | Vector256.Equals(mantissa, Vector256<int>.Zero)).AsSingle();
    }
}
