using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LocalInference;

/// <summary>Writes a safetensors file of single-precision tensors.</summary>
internal static class SafetensorsWriter
{
    // Data starts at a multiple of it: the header is filled up with spaces, as Hugging Face's writer does.
    private const int Alignment = 8;

    /// <param name="path">The file, which is replaced if it is there.</param>
    /// <param name="tensors">Names, shapes (the fastest-varying dimension last) and values, in the order of the file.</param>
    public static void Write(string path, IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
    {
        byte[] header = Header(tensors);
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write);
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach ((_, _, float[] values) in tensors)
        {
            stream.Write(MemoryMarshal.AsBytes<float>(values));
        }
    }

    private static byte[] Header(IReadOnlyList<(string Name, long[] Shape, float[] Values)> tensors)
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString("format", "pt");
            writer.WriteEndObject();
            long offset = 0;
            foreach ((string name, long[] shape, float[] values) in tensors)
            {
                long end = offset + ((long)values.Length * sizeof(float));
                writer.WriteStartObject(name);
                writer.WriteString("dtype", "F32");
                WriteNumbers(writer, "shape", shape);
                WriteNumbers(writer, "data_offsets", [offset, end]);
                writer.WriteEndObject();
                offset = end;
            }

            writer.WriteEndObject();
        }

        byte[] padded = new byte[(json.Length + Alignment - 1) / Alignment * Alignment];
        padded.AsSpan().Fill((byte)' ');
        json.GetBuffer().AsSpan(0, (int)json.Length).CopyTo(padded);
        return padded;
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, ReadOnlySpan<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (long number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }
}
