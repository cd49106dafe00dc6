using System.Buffers.Binary;
using System.Text;

namespace LocalInference.Gguf;

/// <summary>Writes a header: version 3, little-endian.</summary>
internal sealed class HeaderEncoder(Stream stream)
{
    private const uint Version = 3;

    private long _written;

    /// <summary>Writes everything up to the first byte of tensor data and returns how many bytes that were.</summary>
    public long Write(GgufMetadata metadata, IReadOnlyList<GgufTensorDefinition> tensors, uint alignment)
    {
        WriteBytes("GGUF"u8);
        WriteUInt32(Version);
        WriteUInt64((ulong)tensors.Count);
        WriteUInt64((ulong)metadata.Count);
        foreach (KeyValuePair<string, GgufValue> pair in metadata)
        {
            WriteString(pair.Key);
            WriteUInt32((uint)pair.Value.Type);
            WriteValue(pair.Value);
        }

        long offset = 0;
        foreach (GgufTensorDefinition tensor in tensors)
        {
            WriteTensor(tensor, offset);
            offset += Padding.Up(tensor.ByteLength, alignment);
        }

        WriteBytes(new byte[(int)(Padding.Up(_written, alignment) - _written)]);
        return _written;
    }

    private void WriteValue(GgufValue value)
    {
        switch (value.Type)
        {
            case GgufValueType.String:
                WriteUInt64((ulong)value.Utf8.Length);
                WriteBytes(value.Utf8.Span);
                break;
            case GgufValueType.Array:
                GgufArray array = value.AsArray();
                WriteUInt32((uint)array.ElementType);
                WriteUInt64((ulong)array.Count);
                WriteBytes(array.Encoded.Span);
                break;
            default:
                Span<byte> scalar = stackalloc byte[sizeof(ulong)];
                WriteBytes(scalar[..value.Encode(scalar)]);
                break;
        }
    }

    private void WriteTensor(GgufTensorDefinition tensor, long offset)
    {
        WriteString(tensor.Name);
        WriteUInt32((uint)tensor.Dimensions.Length);
        foreach (long dimension in tensor.Dimensions)
        {
            WriteUInt64((ulong)dimension);
        }

        WriteUInt32((uint)tensor.Type);
        WriteUInt64((ulong)offset);
    }

    private void WriteString(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        WriteUInt64((ulong)bytes.Length);
        WriteBytes(bytes);
    }

    private void WriteUInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        WriteBytes(bytes);
    }

    private void WriteUInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        WriteBytes(bytes);
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _written += bytes.Length;
    }
}
