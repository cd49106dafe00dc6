using System.Buffers.Binary;
using System.Globalization;

namespace LocalInference.TestModels;

/// <summary>
/// Damages a model file in the ways that files get damaged, by accident and on purpose. The same model and seed give
/// the same file; seeds that follow each other go through all kinds of damage. Thread safe.
/// </summary>
/// <param name="model">An undamaged model, such as <see cref="TestModel"/> writes.</param>
public sealed class GgufMutator(byte[] model)
{
    private static readonly GgufMutationKind[] s_kinds = Enum.GetValues<GgufMutationKind>();

    // Edges of every width, and sizes whose products wrap.
    private static readonly ulong[] s_absurd =
    [
        0, 1, 2, 3, 5, 255, 256, 65_535, 65_536, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 1UL << 40, 1UL << 61,
        (1UL << 61) + 1, 1UL << 62, (1UL << 63) - 1, 1UL << 63, (1UL << 63) + 1, ulong.MaxValue - 1, ulong.MaxValue,
    ];

    private readonly FieldMap _map = new(model);

    /// <summary>The damaged file of a seed.</summary>
    public GgufMutation Mutate(int seed)
    {
        GgufMutationKind kind = s_kinds[(int)((uint)seed % (uint)s_kinds.Length)];
        SplitMix64 random = new(unchecked((ulong)seed));
        (string description, byte[] bytes) = kind switch
        {
            GgufMutationKind.Truncation => Truncate(ref random),
            GgufMutationKind.HeaderBitFlips => FlipBits(ref random),
            GgufMutationKind.HeaderNoise => Noise(ref random, 4, _map.HeaderEnd, 64),
            GgufMutationKind.AbsurdCount => Absurd(ref random, FieldKind.Count),
            GgufMutationKind.AbsurdDimension => Absurd(ref random, FieldKind.Dimension),
            GgufMutationKind.AbsurdOffset => Absurd(ref random, FieldKind.Offset),
            GgufMutationKind.WrongType => WrongType(ref random),
            GgufMutationKind.DuplicatePair => Duplicate(ref random, _map.Pairs, FieldMap.PairCount),
            GgufMutationKind.DuplicateTensor => Duplicate(ref random, _map.Tensors, FieldMap.TensorCount),
            GgufMutationKind.MissingPair => Drop(ref random, _map.Pairs, FieldMap.PairCount),
            GgufMutationKind.MissingTensor => Drop(ref random, _map.Tensors, FieldMap.TensorCount),
            GgufMutationKind.WrongNumber => Absurd(ref random, FieldKind.Number),
            GgufMutationKind.WrongVersion => Noise(ref random, 0, 8, 4),
            GgufMutationKind.ShiftedBytes => Shift(ref random),
            GgufMutationKind.NestedArrays => Nest(ref random),
            _ => DataNoise(ref random),
        };
        return new GgufMutation(kind, seed, description, bytes);
    }

    private (string Description, byte[] Bytes) Truncate(ref SplitMix64 random)
    {
        // Half of them within the header, where there is more to go wrong.
        int length = random.Below(2) == 0 ? random.Below(_map.HeaderEnd) : random.Below(model.Length);
        return (Text($"cut to {length} bytes"), model[..length]);
    }

    private (string Description, byte[] Bytes) FlipBits(ref SplitMix64 random)
    {
        byte[] bytes = [.. model];
        int count = 1 + random.Below(8);
        List<int> places = [];
        for (int i = 0; i < count; i++)
        {
            int place = random.Below(_map.HeaderEnd);
            bytes[place] ^= (byte)(1 << random.Below(8));
            places.Add(place);
        }

        return (Text($"bits flipped at {string.Join(", ", places)}"), bytes);
    }

    private (string Description, byte[] Bytes) Noise(ref SplitMix64 random, int start, int end, int longest)
    {
        byte[] bytes = [.. model];
        int place = start + random.Below(end - start);
        int length = Math.Min(1 + random.Below(longest), end - place);
        for (int i = 0; i < length; i++)
        {
            bytes[place + i] = (byte)random.Next();
        }

        return (Text($"{length} random bytes at {place}"), bytes);
    }

    private (string Description, byte[] Bytes) Absurd(ref SplitMix64 random, FieldKind kind)
    {
        Field field = Pick(ref random, kind);
        byte[] bytes = [.. model];
        ulong before = Read(bytes, field);
        ulong value = random.Below(4) switch
        {
            0 => before + 1,
            1 => before - 1,
            _ => s_absurd[random.Below(s_absurd.Length)],
        };
        Write(bytes, field, value);
        return (Text($"{kind} at {field.Position}: {before} became {value}"), bytes);
    }

    private (string Description, byte[] Bytes) WrongType(ref SplitMix64 random)
    {
        Field field = Pick(ref random, random.Below(2) == 0 ? FieldKind.ValueType : FieldKind.TensorType);
        byte[] bytes = [.. model];
        ulong value = random.Below(4) == 0 ? random.Next() : (ulong)random.Below(45);
        Write(bytes, field, value);
        return (Text($"{field.Kind} at {field.Position} became {(uint)value}"), bytes);
    }

    private (string Description, byte[] Bytes) Duplicate(ref SplitMix64 random, List<Range> entries, Field count)
    {
        Range entry = entries[random.Below(entries.Count)];
        byte[] bytes = Edit(entries[^1].End.Value, 0, model[entry]);
        Write(bytes, count, Read(bytes, count) + 1);
        return (Text($"bytes {entry} are there twice"), bytes);
    }

    private (string Description, byte[] Bytes) Drop(ref SplitMix64 random, List<Range> entries, Field count)
    {
        Range entry = entries[random.Below(entries.Count)];
        byte[] bytes = Edit(entry.Start.Value, entry.End.Value - entry.Start.Value, []);
        Write(bytes, count, Read(bytes, count) - 1);
        return (Text($"bytes {entry} are left out"), bytes);
    }

    private (string Description, byte[] Bytes) Shift(ref SplitMix64 random)
    {
        int place = random.Below(_map.HeaderEnd);
        int length = 1 + random.Below(16);
        return random.Below(2) == 0
            ? (Text($"{length} bytes inserted at {place}"), [.. model[..place], .. new byte[length], .. model[place..]])
            : (Text($"{length} bytes taken out at {place}"), [.. model[..place], .. model[(place + length)..]]);
    }

    private (string Description, byte[] Bytes) Nest(ref SplitMix64 random)
    {
        // A key of one letter, the type 9 (an array), and for each level the element type 9 and a count.
        const int Levels = sizeof(ulong) + 1 + sizeof(uint);
        const int Level = sizeof(uint) + sizeof(ulong);
        int depth = 1 + random.Below(2_000);
        int width = random.Below(2) == 0 ? 1 : 1 + random.Below(1_000_000);
        byte[] pair = new byte[Levels + (depth * Level)];
        pair[0] = 1;
        pair[sizeof(ulong)] = (byte)'a';
        pair[sizeof(ulong) + 1] = 9;
        for (int at = Levels; at < pair.Length; at += Level)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(pair.AsSpan(at), 9);
            BinaryPrimitives.WriteUInt64LittleEndian(pair.AsSpan(at + sizeof(uint)), (ulong)width);
        }

        byte[] bytes = Edit(_map.Pairs[^1].End.Value, 0, pair);
        Write(bytes, FieldMap.PairCount, (ulong)_map.Pairs.Count + 1);
        return (Text($"arrays of {width} in arrays, {depth} deep"), bytes);
    }

    private (string Description, byte[] Bytes) DataNoise(ref SplitMix64 random)
    {
        (string description, byte[] bytes) = Noise(ref random, _map.DataStart, model.Length, 4096);
        int special = _map.DataStart + (sizeof(float) * random.Below((model.Length - _map.DataStart) / sizeof(float)));
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(special), random.Below(2) == 0 ? float.NaN : float.PositiveInfinity);
        return (description, bytes);
    }

    /// <summary>Replaces header bytes and puts the data back where the longer or shorter header needs it.</summary>
    private byte[] Edit(int position, int removed, byte[] inserted)
    {
        byte[] header = [.. model[..position], .. inserted, .. model[(position + removed).._map.HeaderEnd]];
        byte[] padding = new byte[-header.Length & 31];
        return [.. header, .. padding, .. model[_map.DataStart..]];
    }

    private Field Pick(ref SplitMix64 random, FieldKind kind)
    {
        List<Field> fields = _map.Fields.FindAll(field => field.Kind == kind);
        return fields[random.Below(fields.Count)];
    }

    private static ulong Read(byte[] bytes, Field field)
    {
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        bytes.AsSpan(field.Position, field.Size).CopyTo(wide);
        return BinaryPrimitives.ReadUInt64LittleEndian(wide);
    }

    private static void Write(byte[] bytes, Field field, ulong value)
    {
        Span<byte> wide = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(wide, value);
        wide[..field.Size].CopyTo(bytes.AsSpan(field.Position));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
