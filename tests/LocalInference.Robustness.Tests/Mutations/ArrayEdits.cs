using System.Runtime.InteropServices;
using LocalInference.Gguf;

namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>Other lengths and other element types for an array.</summary>
internal static class ArrayEdits
{
    public static IEnumerable<GgufValue> Others(GgufArray array)
    {
        GgufValue[] resized = [.. Resized(array).Select(GgufValue.From)];
        return
        [
            .. resized,
            GgufValue.From(0u),
            GgufValue.From(GgufArray.From<byte>(new byte[array.Count])),
            GgufValue.From(GgufArray.From<uint>(new uint[array.Count])),
            GgufValue.From(GgufArray.From<int>(new int[array.Count])),
            GgufValue.From(GgufArray.From<float>(new float[array.Count])),
            GgufValue.From(GgufArray.From<double>(new double[array.Count])),
            GgufValue.From(GgufArray.FromStrings(Enumerable.Repeat("x", array.Count))),
        ];
    }

    private static IEnumerable<GgufArray> Resized(GgufArray array)
    {
        int[] lengths = [0, 1, 2, 3, array.Count / 2, array.Count - 1, array.Count + 1, array.Count * 2];
        foreach (int length in lengths.Where(length => length >= 0))
        {
            switch (array.ElementType)
            {
                case GgufValueType.String:
                    // New tokens get new texts: duplicates are an edit of their own.
                    yield return GgufArray.FromStrings(Enumerable.Range(0, length).Select(i => i < array.Count ? array.GetString(i) : $"extra{i}"));
                    break;
                case GgufValueType.Int32 or GgufValueType.UInt32 or GgufValueType.Float32:
                    int[] elements = new int[length];
                    ReadOnlySpan<int> before = MemoryMarshal.Cast<byte, int>(array.Encoded.Span);
                    before[..Math.Min(length, before.Length)].CopyTo(elements);
                    yield return array.ElementType == GgufValueType.Float32
                        ? GgufArray.From<float>(MemoryMarshal.Cast<int, float>(elements))
                        : GgufArray.From<int>(elements);
                    break;
            }
        }
    }
}
