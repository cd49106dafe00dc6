using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace LocalInference.Gguf;

/// <summary>
/// One immutable metadata value. Scalars need no allocation; a string keeps its UTF-8 bytes and is decoded when asked
/// for. Thread safe. The default value is the UInt8 0.
/// </summary>
public readonly partial struct GgufValue : IEquatable<GgufValue>
{
    private readonly ulong _bits;
    private readonly object? _payload;

    private GgufValue(GgufValueType type, ulong bits)
    {
        Type = type;
        _bits = bits;
    }

    private GgufValue(GgufValueType type, object payload)
    {
        Type = type;
        _payload = payload;
    }

    /// <summary>The type it is stored as.</summary>
    public GgufValueType Type { get; }

    /// <summary>A string's bytes as stored; empty for every other type.</summary>
    public ReadOnlyMemory<byte> Utf8 => _payload is byte[] bytes ? bytes : default;

    /// <summary>The value as an integer, if it is stored as any integer type and fits 64 signed bits.</summary>
    public bool TryGetInt64(out long value)
    {
        value = unchecked((long)_bits);
        return IsInteger && (Type != GgufValueType.UInt64 || value >= 0);
    }

    /// <summary>The value as an integer, if it is stored as any integer type and is not negative.</summary>
    public bool TryGetUInt64(out ulong value)
    {
        value = _bits;
        return IsInteger && (Type == GgufValueType.UInt64 || unchecked((long)_bits) >= 0);
    }

    /// <summary>The value as a floating-point number, if it is stored as Float32 or Float64.</summary>
    public bool TryGetDouble(out double value)
    {
        value = Type switch
        {
            GgufValueType.Float32 => BitConverter.UInt32BitsToSingle((uint)_bits),
            GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(_bits),
            _ => 0,
        };
        return Type is GgufValueType.Float32 or GgufValueType.Float64;
    }

    /// <summary>The value as a Boolean, if it is stored as one.</summary>
    public bool TryGetBoolean(out bool value)
    {
        value = Type == GgufValueType.Boolean && _bits != 0;
        return Type == GgufValueType.Boolean;
    }

    /// <summary>The value as text, if it is stored as a string; bytes that are not UTF-8 become U+FFFD.</summary>
    public bool TryGetString(out string value)
    {
        value = _payload is byte[] bytes ? Encoding.UTF8.GetString(bytes) : string.Empty;
        return Type == GgufValueType.String;
    }

    /// <summary>The array.</summary>
    /// <exception cref="InvalidOperationException">The value is not an array.</exception>
    public GgufArray AsArray() => _payload as GgufArray ?? throw new InvalidOperationException($"The value is a {Type}, not an array.");

    /// <summary>The text; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="InvalidOperationException">The value is not a string.</exception>
    public string AsString() => TryGetString(out string value) ? value : throw new InvalidOperationException($"The value is a {Type}, not a string.");

    /// <summary>Whether both have the same type and the same bits (so a NaN equals itself).</summary>
    public bool Equals(GgufValue other) => Type == other.Type && _bits == other._bits && (_payload, other._payload) switch
    {
        (byte[] mine, byte[] theirs) => mine.AsSpan().SequenceEqual(theirs),
        (GgufArray mine, GgufArray theirs) => mine.Equals(theirs),
        (null, null) => true,
        _ => false,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GgufValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(Type);
        hash.Add(_bits);
        hash.AddBytes(Utf8.Span);
        hash.Add(_payload as GgufArray);
        return hash.ToHashCode();
    }

    /// <summary>The value for people, in the invariant culture: a number, the text, or an array's type and count.</summary>
    public override string ToString() => Type switch
    {
        GgufValueType.String => AsString(),
        GgufValueType.Array => AsArray().ToString(),
        GgufValueType.Boolean => _bits != 0 ? "true" : "false",
        GgufValueType.UInt64 => _bits.ToString(CultureInfo.InvariantCulture),
        GgufValueType.Float32 => BitConverter.UInt32BitsToSingle((uint)_bits).ToString(CultureInfo.InvariantCulture),
        GgufValueType.Float64 => BitConverter.UInt64BitsToDouble(_bits).ToString(CultureInfo.InvariantCulture),
        _ => unchecked((long)_bits).ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Whether both values are equal.</summary>
    public static bool operator ==(GgufValue left, GgufValue right) => left.Equals(right);

    /// <summary>Whether the values differ.</summary>
    public static bool operator !=(GgufValue left, GgufValue right) => !left.Equals(right);

    /// <summary>Reads a scalar; integers are widened to 64 bits with their sign.</summary>
    internal static GgufValue FromEncoded(GgufValueType type, ReadOnlySpan<byte> encoded) => new(type, type switch
    {
        GgufValueType.UInt8 => encoded[0],
        GgufValueType.Int8 => unchecked((ulong)(sbyte)encoded[0]),
        GgufValueType.Boolean => encoded[0] == 0 ? 0UL : 1UL,
        GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(encoded),
        GgufValueType.Int16 => unchecked((ulong)BinaryPrimitives.ReadInt16LittleEndian(encoded)),
        GgufValueType.UInt32 or GgufValueType.Float32 => BinaryPrimitives.ReadUInt32LittleEndian(encoded),
        GgufValueType.Int32 => unchecked((ulong)BinaryPrimitives.ReadInt32LittleEndian(encoded)),
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => BinaryPrimitives.ReadUInt64LittleEndian(encoded),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a scalar type."),
    });

    /// <summary>Writes a scalar and returns its size in bytes.</summary>
    internal int Encode(Span<byte> into)
    {
        Span<byte> bits = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bits, _bits);
        int size = ValueEncoding.FixedSize(Type);
        bits[..size].CopyTo(into);
        return size;
    }

    private bool IsInteger
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Type is >= GgufValueType.UInt8 and <= GgufValueType.Int32 or GgufValueType.UInt64 or GgufValueType.Int64;
    }
}
