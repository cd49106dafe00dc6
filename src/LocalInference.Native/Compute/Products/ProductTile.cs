using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LocalInference.Native;

/// <summary>
/// The innermost part of a product: 6 × 16 results as 12 vectors of 8, which with two of the right factor and one of the left fill 15 of the
/// 16 registers of AVX2 (the shape of BLIS's kernel for it; Van Zee and van de Geijn, 2015). Each result is added up from first to last, by
/// itself: it does not depend on where the tile lies.
/// </summary>
internal static unsafe class ProductTile
{
    public const int Rows = 6;
    public const int Columns = 16;

    public static bool IsSupported => Avx2.IsSupported && Fma.IsSupported;

    /// <summary>results (+)= scale · left · right.</summary>
    /// <param name="left">[depth][6].</param>
    /// <param name="right">[depth][16].</param>
    /// <param name="depth">How many are added up.</param>
    /// <param name="scale">What the sums are multiplied with.</param>
    /// <param name="results">The first of 6 rows of 16.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="isSum">Whether it is added to what is there.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compute(float* left, float* right, int depth, float scale, float* results, nint stride, bool isSum)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default, s40 = default, s41 = default, s50 = default, s51 = default;
        for (int k = 0; k < depth; k++)
        {
            Vector256<float> r0 = Avx.LoadAlignedVector256(right);
            Vector256<float> r1 = Avx.LoadAlignedVector256(right + 8);
            Vector256<float> l = Avx.BroadcastScalarToVector256(left);
            s00 = Fma.MultiplyAdd(l, r0, s00);
            s01 = Fma.MultiplyAdd(l, r1, s01);
            l = Avx.BroadcastScalarToVector256(left + 1);
            s10 = Fma.MultiplyAdd(l, r0, s10);
            s11 = Fma.MultiplyAdd(l, r1, s11);
            l = Avx.BroadcastScalarToVector256(left + 2);
            s20 = Fma.MultiplyAdd(l, r0, s20);
            s21 = Fma.MultiplyAdd(l, r1, s21);
            l = Avx.BroadcastScalarToVector256(left + 3);
            s30 = Fma.MultiplyAdd(l, r0, s30);
            s31 = Fma.MultiplyAdd(l, r1, s31);
            l = Avx.BroadcastScalarToVector256(left + 4);
            s40 = Fma.MultiplyAdd(l, r0, s40);
            s41 = Fma.MultiplyAdd(l, r1, s41);
            l = Avx.BroadcastScalarToVector256(left + 5);
            s50 = Fma.MultiplyAdd(l, r0, s50);
            s51 = Fma.MultiplyAdd(l, r1, s51);
            left += Rows;
            right += Columns;
        }

        Vector256<float> factor = Vector256.Create(scale);
        Store(s00, s01, factor, results, isSum);
        Store(s10, s11, factor, results + stride, isSum);
        Store(s20, s21, factor, results + (2 * stride), isSum);
        Store(s30, s31, factor, results + (3 * stride), isSum);
        Store(s40, s41, factor, results + (4 * stride), isSum);
        Store(s50, s51, factor, results + (5 * stride), isSum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> a, Vector256<float> b, Vector256<float> factor, float* to, bool isSum)
    {
        if (isSum)
        {
            a = Fma.MultiplyAdd(a, factor, Avx.LoadVector256(to));
            b = Fma.MultiplyAdd(b, factor, Avx.LoadVector256(to + 8));
        }
        else
        {
            a *= factor;
            b *= factor;
        }

        Avx.Store(to, a);
        Avx.Store(to + 8, b);
    }
}
