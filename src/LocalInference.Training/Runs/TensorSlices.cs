using System.Runtime.InteropServices;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>Vectors of any length to files and back, a slice at a time: as bytes, a span holds no more than 536,870,911 numbers.</summary>
internal static class TensorSlices
{
    // 64 MiB.
    private const int SliceLength = 16 << 20;

    /// <summary>Appends all of a tensor.</summary>
    public static void Write(GgufWriter writer, ReadOnlySpan<float> values, int sliceLength = SliceLength)
    {
        while (!values.IsEmpty)
        {
            ReadOnlySpan<float> slice = values[..Math.Min(sliceLength, values.Length)];
            writer.Write(MemoryMarshal.AsBytes(slice));
            values = values[slice.Length..];
        }
    }

    /// <summary>Reads all of a tensor.</summary>
    /// <exception cref="GgufException">The file has become shorter.</exception>
    public static void Read(GgufFile file, GgufTensorInfo tensor, Span<float> values, int sliceLength = SliceLength)
    {
        long offset = 0;
        while (!values.IsEmpty)
        {
            Span<float> slice = values[..Math.Min(sliceLength, values.Length)];
            Span<byte> bytes = MemoryMarshal.AsBytes(slice);
            file.ReadTensorData(tensor, offset, bytes);
            offset += bytes.Length;
            values = values[slice.Length..];
        }
    }
}
