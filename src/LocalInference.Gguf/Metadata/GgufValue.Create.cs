using System.Text;

namespace LocalInference.Gguf;

/// <content>Making values; the argument's .NET type decides the stored type.</content>
public readonly partial struct GgufValue
{
    /// <summary>A <see cref="GgufValueType.UInt8"/>.</summary>
    public static GgufValue From(byte value) => new(GgufValueType.UInt8, value);

    /// <summary>A <see cref="GgufValueType.Int8"/>.</summary>
    public static GgufValue From(sbyte value) => new(GgufValueType.Int8, unchecked((ulong)value));

    /// <summary>A <see cref="GgufValueType.UInt16"/>.</summary>
    public static GgufValue From(ushort value) => new(GgufValueType.UInt16, value);

    /// <summary>A <see cref="GgufValueType.Int16"/>.</summary>
    public static GgufValue From(short value) => new(GgufValueType.Int16, unchecked((ulong)value));

    /// <summary>A <see cref="GgufValueType.UInt32"/>: what llama.cpp expects for almost every count.</summary>
    public static GgufValue From(uint value) => new(GgufValueType.UInt32, value);

    /// <summary>A <see cref="GgufValueType.Int32"/>.</summary>
    public static GgufValue From(int value) => new(GgufValueType.Int32, unchecked((ulong)value));

    /// <summary>A <see cref="GgufValueType.Float32"/>.</summary>
    public static GgufValue From(float value) => new(GgufValueType.Float32, BitConverter.SingleToUInt32Bits(value));

    /// <summary>A <see cref="GgufValueType.Boolean"/>.</summary>
    public static GgufValue From(bool value) => new(GgufValueType.Boolean, value ? 1UL : 0UL);

    /// <summary>A <see cref="GgufValueType.UInt64"/>.</summary>
    public static GgufValue From(ulong value) => new(GgufValueType.UInt64, value);

    /// <summary>A <see cref="GgufValueType.Int64"/>.</summary>
    public static GgufValue From(long value) => new(GgufValueType.Int64, unchecked((ulong)value));

    /// <summary>A <see cref="GgufValueType.Float64"/>.</summary>
    public static GgufValue From(double value) => new(GgufValueType.Float64, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A <see cref="GgufValueType.String"/>, stored as UTF-8.</summary>
    public static GgufValue From(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(GgufValueType.String, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>A <see cref="GgufValueType.Array"/>.</summary>
    public static GgufValue From(GgufArray value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(GgufValueType.Array, value);
    }

    /// <summary>A <see cref="GgufValueType.String"/> of the given bytes, which are copied.</summary>
    public static GgufValue FromUtf8(ReadOnlyMemory<byte> value) => new(GgufValueType.String, value.ToArray());

    /// <summary>Takes over bytes that nobody else holds.</summary>
    internal static GgufValue FromOwnedUtf8(byte[] value) => new(GgufValueType.String, value);
}
