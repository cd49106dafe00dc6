using System.Buffers.Binary;

namespace LocalInference.Gguf;

/// <summary>How many bytes values take in a file, and where the elements of an array lie.</summary>
internal static class ValueEncoding
{
    /// <summary>Length prefix of a string.</summary>
    public const int StringHeader = sizeof(ulong);

    /// <summary>Element type and count of an array.</summary>
    public const int ArrayHeader = sizeof(uint) + sizeof(ulong);

    /// <summary>The size of a value of this type in bytes; 0 where it varies or where the type does not exist.</summary>
    public static int FixedSize(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Boolean => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 0,
    };

    /// <summary>The fewest bytes an element of this type can take: what a count is checked against before anything is read.</summary>
    public static int SmallestSize(GgufValueType type) => type switch
    {
        GgufValueType.String => StringHeader,
        GgufValueType.Array => ArrayHeader,
        _ => FixedSize(type),
    };

    public static bool IsDefined(GgufValueType type) => type is >= GgufValueType.UInt8 and <= GgufValueType.Float64;

    /// <summary>
    /// The size of the first element in <paramref name="encoded"/>, which has been checked when it was read or was
    /// encoded here, and is therefore well-formed and below 2 GiB.
    /// </summary>
    public static int SizeOfElement(GgufValueType type, ReadOnlySpan<byte> encoded)
    {
        switch (type)
        {
            case GgufValueType.String:
                return StringHeader + (int)BinaryPrimitives.ReadUInt64LittleEndian(encoded);
            case GgufValueType.Array:
                GgufValueType inner = (GgufValueType)BinaryPrimitives.ReadUInt32LittleEndian(encoded);
                int count = (int)BinaryPrimitives.ReadUInt64LittleEndian(encoded[sizeof(uint)..]);
                return ArrayHeader + SizeOfElements(inner, count, encoded[ArrayHeader..]);
            default:
                return FixedSize(type);
        }
    }

    private static int SizeOfElements(GgufValueType type, int count, ReadOnlySpan<byte> encoded)
    {
        int fixedSize = FixedSize(type);
        if (fixedSize > 0)
        {
            return count * fixedSize;
        }

        int size = 0;
        for (int i = 0; i < count; i++)
        {
            size += SizeOfElement(type, encoded[size..]);
        }

        return size;
    }
}
