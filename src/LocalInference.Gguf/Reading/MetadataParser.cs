namespace LocalInference.Gguf;

/// <summary>Reads the key-value pairs of a header.</summary>
internal sealed class MetadataParser(HeaderReader reader)
{
    // An empty key's length, one byte of key, a type, one byte of value.
    private const int SmallestPair = sizeof(ulong) + 1 + sizeof(uint) + 1;

    private long _keyBytes;

    public GgufMetadata Parse(ulong count, long countPosition)
    {
        if (count > GgufLimits.Pairs)
        {
            throw reader.Fail(GgufError.Of($"The file claims {count} metadata pairs", count, GgufLimits.Pairs), countPosition);
        }

        if ((long)count > reader.Remaining / SmallestPair)
        {
            throw reader.Fail(GgufError.Of($"The file claims {count} metadata pairs and is too short for them", count, reader.Remaining / SmallestPair), countPosition);
        }

        KeyValuePair<string, GgufValue>[] pairs = new KeyValuePair<string, GgufValue>[(int)count];
        Dictionary<string, int> positions = new((int)count, StringComparer.Ordinal);
        for (int i = 0; i < pairs.Length; i++)
        {
            long start = reader.Position;
            string key = ReadKey(start);
            if (!positions.TryAdd(key, i))
            {
                throw reader.Fail(GgufError.Of($"The metadata key {GgufError.Quote(key)} occurs twice", key), start);
            }

            pairs[i] = new(key, ReadValue(key));
        }

        return new GgufMetadata(pairs, positions);
    }

    private string ReadKey(long start)
    {
        (string key, int byteCount) = reader.ReadName(GgufLimits.KeyBytes, "A metadata key");
        if (NameRules.CheckKey(key, byteCount) is { } error)
        {
            throw reader.Fail(error, start);
        }

        _keyBytes += byteCount;
        return _keyBytes <= GgufLimits.AllKeyBytes
            ? key
            : throw reader.Fail(GgufError.Of("The metadata keys are too long together", _keyBytes, GgufLimits.AllKeyBytes), start);
    }

    private GgufValue ReadValue(string key)
    {
        GgufValueType type = ReadType(key);
        switch (type)
        {
            case GgufValueType.String:
                return GgufValue.FromOwnedUtf8(reader.ReadBytes(CheckString(key), "A string"));
            case GgufValueType.Array:
                return GgufValue.From(ReadArray(key));
            default:
                return GgufValue.FromEncoded(type, reader.Take(ValueEncoding.FixedSize(type), "A metadata value"));
        }
    }

    private GgufArray ReadArray(string key)
    {
        (GgufValueType elementType, int count) = ReadArrayHeader(key, depth: 1);
        long start = reader.Position;
        SkipElements(key, elementType, count, depth: 1);
        int size = (int)(reader.Position - start);
        reader.Rewind(start);
        return new GgufArray(elementType, count, reader.ReadBytes(size, "An array"));
    }

    private void SkipElements(string key, GgufValueType type, int count, int depth)
    {
        int fixedSize = ValueEncoding.FixedSize(type);
        if (fixedSize > 0)
        {
            reader.Skip((long)count * fixedSize, "An array");
            return;
        }

        for (int i = 0; i < count; i++)
        {
            if (type == GgufValueType.String)
            {
                reader.Skip(CheckString(key), "A string");
            }
            else
            {
                (GgufValueType inner, int innerCount) = ReadArrayHeader(key, depth + 1);
                SkipElements(key, inner, innerCount, depth + 1);
            }
        }
    }

    private (GgufValueType ElementType, int Count) ReadArrayHeader(string key, int depth)
    {
        long start = reader.Position;
        if (depth > GgufLimits.ArrayDepth)
        {
            throw reader.Fail(GgufError.Of($"The arrays of the metadata key {GgufError.Quote(key)} are nested too deeply", depth, GgufLimits.ArrayDepth), start);
        }

        GgufValueType type = ReadType(key);
        long countPosition = reader.Position;
        ulong count = reader.ReadUInt64("The length of an array");
        long most = Math.Min(GgufLimits.ArrayElements, reader.Remaining / ValueEncoding.SmallestSize(type));
        return count <= (ulong)most
            ? (type, (int)count)
            : throw reader.Fail(GgufError.Of($"The array of the metadata key {GgufError.Quote(key)} claims {count} elements, more than the file can hold", count, most), countPosition);
    }

    private int CheckString(string key)
    {
        long start = reader.Position;
        ulong size = reader.ReadUInt64("The length of a string");
        long most = Math.Min(GgufLimits.ArrayElements, reader.Remaining);
        return size <= (ulong)most
            ? (int)size
            : throw reader.Fail(GgufError.Of($"A string of the metadata key {GgufError.Quote(key)} claims {size} bytes, more than the file can hold", size, most), start);
    }

    private GgufValueType ReadType(string key)
    {
        long start = reader.Position;
        GgufValueType type = (GgufValueType)reader.ReadUInt32("The type of a metadata value");
        return ValueEncoding.IsDefined(type)
            ? type
            : throw reader.Fail(GgufError.Of($"The metadata key {GgufError.Quote(key)} has the unknown value type {(uint)type}", (uint)type, (int)GgufValueType.Float64), start);
    }
}
