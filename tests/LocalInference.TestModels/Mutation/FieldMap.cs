using System.Buffers.Binary;

namespace LocalInference.TestModels;

/// <summary>
/// Where the parts of an undamaged GGUF file lie. It reads the format by itself, so that the mutations do not share
/// the reader's idea of it.
/// </summary>
internal sealed class FieldMap
{
    private const int TensorCountPosition = 8;
    private const int PairCountPosition = 16;

    private readonly byte[] _file;
    private int _position;

    public FieldMap(byte[] file)
    {
        _file = file;
        _position = TensorCountPosition;
        int tensors = (int)ReadField(FieldKind.Count, sizeof(ulong));
        int pairs = (int)ReadField(FieldKind.Count, sizeof(ulong));
        for (int i = 0; i < pairs; i++)
        {
            int start = _position;
            SkipString();
            SkipValue((uint)ReadField(FieldKind.ValueType, sizeof(uint)));
            Pairs.Add(start.._position);
        }

        for (int i = 0; i < tensors; i++)
        {
            int start = _position;
            SkipString();
            int dimensions = (int)ReadField(FieldKind.Count, sizeof(uint));
            for (int d = 0; d < dimensions; d++)
            {
                ReadField(FieldKind.Dimension, sizeof(ulong));
            }

            ReadField(FieldKind.TensorType, sizeof(uint));
            ReadField(FieldKind.Offset, sizeof(ulong));
            Tensors.Add(start.._position);
        }

        HeaderEnd = _position;
    }

    public List<Field> Fields { get; } = [];

    public List<Range> Pairs { get; } = [];

    public List<Range> Tensors { get; } = [];

    /// <summary>The end of the tensor list, before the padding.</summary>
    public int HeaderEnd { get; }

    /// <summary>The start of the tensor data. Test models are aligned to 32 bytes.</summary>
    public int DataStart => (HeaderEnd + 31) & ~31;

    public static Field TensorCount => new(FieldKind.Count, TensorCountPosition, sizeof(ulong));

    public static Field PairCount => new(FieldKind.Count, PairCountPosition, sizeof(ulong));

    private ulong ReadField(FieldKind kind, int size)
    {
        Fields.Add(new(kind, _position, size));
        ReadOnlySpan<byte> bytes = _file.AsSpan(_position, size);
        _position += size;
        return size == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private void SkipString()
    {
        int length = (int)ReadField(FieldKind.Count, sizeof(ulong));
        _position += length;
    }

    private void SkipValue(uint type)
    {
        switch (type)
        {
            case 8:
                SkipString();
                break;
            case 9:
                uint element = (uint)ReadField(FieldKind.ValueType, sizeof(uint));
                int count = (int)ReadField(FieldKind.Count, sizeof(ulong));
                SkipElements(element, count);
                break;
            default:
                // Floating-point numbers and Booleans too: any bits are worth trying there.
                Fields.Add(new(FieldKind.Number, _position, SizeOf(type)));
                _position += SizeOf(type);
                break;
        }
    }

    private void SkipElements(uint type, int count)
    {
        if (type != 8)
        {
            _position += count * SizeOf(type);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            // A vocabulary's lengths would outnumber all other fields; a few of them are enough.
            if (i < 4)
            {
                SkipString();
            }
            else
            {
                _position += sizeof(ulong) + (int)BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(_position));
            }
        }
    }

    private static int SizeOf(uint type) => type switch
    {
        0 or 1 or 7 => 1,
        2 or 3 => 2,
        4 or 5 or 6 => 4,
        _ => 8,
    };
}
