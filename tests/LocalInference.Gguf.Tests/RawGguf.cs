using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace LocalInference.Gguf.Tests;

/// <summary>Puts files together number by number, as the format's description says, so that tests do not trust the writer.</summary>
internal sealed class RawGguf
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public RawGguf(ulong tensors, ulong pairs, uint version = 3)
    {
        _buffer.Write("GGUF"u8);
        UInt32(version).UInt64(tensors).UInt64(pairs);
    }

    public long Position => _buffer.WrittenCount;

    public RawGguf String(string text) => String(Encoding.UTF8.GetBytes(text));

    public RawGguf String(byte[] bytes) => UInt64((ulong)bytes.Length).Bytes(bytes);

    public RawGguf UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.GetSpan(sizeof(uint)), value);
        _buffer.Advance(sizeof(uint));
        return this;
    }

    public RawGguf UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(sizeof(ulong)), value);
        _buffer.Advance(sizeof(ulong));
        return this;
    }

    public RawGguf Bytes(params byte[] bytes)
    {
        _buffer.Write(bytes);
        return this;
    }

    /// <summary>A key and a value's type; the value is to follow.</summary>
    public RawGguf Key(string key, GgufValueType type) => String(key).UInt32((uint)type);

    public RawGguf Tensor(string name, ulong[] dimensions, uint type, ulong offset)
    {
        String(name).UInt32((uint)dimensions.Length);
        foreach (ulong dimension in dimensions)
        {
            UInt64(dimension);
        }

        return UInt32(type).UInt64(offset);
    }

    public RawGguf PadTo(int alignment)
    {
        while (_buffer.WrittenCount % alignment != 0)
        {
            Bytes(0);
        }

        return this;
    }

    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();
}
