using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LocalInference.Native;

/// <summary>Rows to columns, 8 × 8 at a time in registers: an element at a time costs as much as a tenth of a product.</summary>
internal static unsafe class Transposition
{
    public const int Size = 8;

    /// <summary>Writes 8 elements of each of 8 rows as 8 rows of 8. A row of the result may reach into the next one's place, which is written after it.</summary>
    /// <param name="rows">Where the first begins; rows beyond <paramref name="count"/> are zero.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="count">How many rows there are, from 1 to 8.</param>
    /// <param name="to">Where to.</param>
    /// <param name="width">Elements from one row of the result to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(float* rows, nint stride, int count, float* to, int width)
    {
        Vector256<float> a = Avx.LoadVector256(rows);
        Vector256<float> b = count > 1 ? Avx.LoadVector256(rows + stride) : default;
        Vector256<float> c = count > 2 ? Avx.LoadVector256(rows + (2 * stride)) : default;
        Vector256<float> d = count > 3 ? Avx.LoadVector256(rows + (3 * stride)) : default;
        Vector256<float> e = count > 4 ? Avx.LoadVector256(rows + (4 * stride)) : default;
        Vector256<float> f = count > 5 ? Avx.LoadVector256(rows + (5 * stride)) : default;
        Vector256<float> g = count > 6 ? Avx.LoadVector256(rows + (6 * stride)) : default;
        Vector256<float> h = count > 7 ? Avx.LoadVector256(rows + (7 * stride)) : default;

        // Pairs of rows, then quarters of four rows, then halves of eight: each step doubles how many lie side by side.
        Vector256<float> ab = Avx.UnpackLow(a, b), abHigh = Avx.UnpackHigh(a, b);
        Vector256<float> cd = Avx.UnpackLow(c, d), cdHigh = Avx.UnpackHigh(c, d);
        Vector256<float> ef = Avx.UnpackLow(e, f), efHigh = Avx.UnpackHigh(e, f);
        Vector256<float> gh = Avx.UnpackLow(g, h), ghHigh = Avx.UnpackHigh(g, h);
        const byte Low = 0b01_00_01_00;
        const byte High = 0b11_10_11_10;
        Vector256<float> upper0 = Avx.Shuffle(ab, cd, Low), lower0 = Avx.Shuffle(ef, gh, Low);
        Vector256<float> upper1 = Avx.Shuffle(ab, cd, High), lower1 = Avx.Shuffle(ef, gh, High);
        Vector256<float> upper2 = Avx.Shuffle(abHigh, cdHigh, Low), lower2 = Avx.Shuffle(efHigh, ghHigh, Low);
        Vector256<float> upper3 = Avx.Shuffle(abHigh, cdHigh, High), lower3 = Avx.Shuffle(efHigh, ghHigh, High);
        const byte FirstHalves = 0x20;
        const byte SecondHalves = 0x31;
        Avx.Store(to, Avx.Permute2x128(upper0, lower0, FirstHalves));
        Avx.Store(to + width, Avx.Permute2x128(upper1, lower1, FirstHalves));
        Avx.Store(to + (2 * width), Avx.Permute2x128(upper2, lower2, FirstHalves));
        Avx.Store(to + (3 * width), Avx.Permute2x128(upper3, lower3, FirstHalves));
        Avx.Store(to + (4 * width), Avx.Permute2x128(upper0, lower0, SecondHalves));
        Avx.Store(to + (5 * width), Avx.Permute2x128(upper1, lower1, SecondHalves));
        Avx.Store(to + (6 * width), Avx.Permute2x128(upper2, lower2, SecondHalves));
        Avx.Store(to + (7 * width), Avx.Permute2x128(upper3, lower3, SecondHalves));
    }
}
