using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;

namespace LocalInference.Gguf;

/// <summary>
/// Reads and checks one file's header: magic, version, counts, pairs, tensor list. It accepts what llama.cpp v0.5.0
/// accepts (gguf.cpp), with these differences: nested arrays are read; empty names, names with a NUL or that are not
/// UTF-8, and tensors that reach past the end of the file are refused here already.
/// </summary>
internal sealed class HeaderParser
{
    private const uint Magic = 0x46554747; // "GGUF", read as a little-endian number

    // A name of one byte, no dimensions, a type and an offset.
    private const int SmallestTensor = sizeof(ulong) + 1 + sizeof(uint) + sizeof(uint) + sizeof(ulong);

    private readonly HeaderReader _reader;
    private readonly long _length;

    private HeaderParser(HeaderReader reader, long length)
    {
        _reader = reader;
        _length = length;
    }

    public static Header Parse(SafeFileHandle handle, string path, long length, int partIndex) =>
        new HeaderParser(new HeaderReader(handle, path, length), length).Parse(partIndex);

    private Header Parse(int partIndex)
    {
        uint version = ReadVersion();
        long tensorCountPosition = _reader.Position;
        ulong tensorCount = _reader.ReadUInt64("The number of tensors");
        if (tensorCount > GgufLimits.Tensors)
        {
            throw _reader.Fail(GgufError.Of($"The file claims {tensorCount} tensors", tensorCount, GgufLimits.Tensors), tensorCountPosition);
        }

        long pairCountPosition = _reader.Position;
        GgufMetadata metadata = new MetadataParser(_reader).Parse(_reader.ReadUInt64("The number of metadata pairs"), pairCountPosition);
        if ((long)tensorCount > _reader.Remaining / SmallestTensor)
        {
            throw _reader.Fail(GgufError.Of($"The file claims {tensorCount} tensors and is too short for them", tensorCount, _reader.Remaining / SmallestTensor), tensorCountPosition);
        }

        uint alignment = ReadAlignment(metadata);
        List<TensorEntry> entries = ReadTensors((int)tensorCount);
        return PlaceTensors(version, alignment, metadata, entries, partIndex);
    }

    private uint ReadVersion()
    {
        uint magic = _reader.ReadUInt32("The magic number");
        if (magic != Magic)
        {
            throw _reader.Fail(NotGguf(magic), 0);
        }

        long start = _reader.Position;
        uint version = _reader.ReadUInt32("The format version");
        if (version is 2 or 3)
        {
            return version;
        }

        // A version below 65,536 stored the other way round leaves the lower half empty.
        throw _reader.Fail(
            (version & 0xFFFF) == 0 && version != 0
                ? GgufError.Of("The file is big-endian", version, "little-endian", "Convert it with gguf-py's gguf_convert_endian.py, or get the little-endian file.")
                : GgufError.Of($"The file has GGUF version {version}", version, "2 or 3", version == 1 ? "Convert the model again: version 1 is no longer read by llama.cpp either." : GgufError.GetAnotherCopy),
            start);
    }

    private static GgufError NotGguf(uint magic)
    {
        string next = magic switch
        {
            0x73726576 => "This is the text of a Git LFS pointer; fetch the real file with `git lfs pull`.",
            0x4F44213C or 0x6D74683C => "This is a web page; download the model file itself.",
            0x67676D6C or 0x67676D66 or 0x67676A74 => "This is a model from before GGUF; convert the original model again.",
            _ => "Give the path of a .gguf file, or download it again.",
        };
        return GgufError.Of($"The file does not begin with the letters GGUF but with 0x{magic:x8}", $"0x{magic:x8}", "GGUF", next);
    }

    private uint ReadAlignment(GgufMetadata metadata)
    {
        const string Key = "general.alignment";
        if (!metadata.TryGetValue(Key, out GgufValue value))
        {
            return GgufLimits.DefaultAlignment;
        }

        if (value.Type != GgufValueType.UInt32)
        {
            throw _reader.Fail(GgufError.Of($"{Key} is of type {value.Type}", value.Type, GgufValueType.UInt32), _reader.Position);
        }

        uint alignment = metadata.GetUInt32(Key);
        return uint.IsPow2(alignment)
            ? alignment
            : throw _reader.Fail(GgufError.Of($"{Key} is {alignment}, which is no power of two", alignment, "a power of two"), _reader.Position);
    }

    private List<TensorEntry> ReadTensors(int count)
    {
        List<TensorEntry> entries = new(count);
        HashSet<string> names = new(count, StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            TensorEntry entry = ReadTensor();
            if (!names.Add(entry.Name))
            {
                throw _reader.Fail(GgufError.Of($"The tensor name {GgufError.Quote(entry.Name)} occurs twice", entry.Name), entry.Position);
            }

            entries.Add(entry);
        }

        return entries;
    }

    private TensorEntry ReadTensor()
    {
        long start = _reader.Position;
        (string name, int byteCount) = _reader.ReadName(GgufLimits.TensorNameBytes, "A tensor name");
        if (NameRules.CheckTensorName(name, byteCount) is { } nameError)
        {
            throw _reader.Fail(nameError, start);
        }

        long shapeStart = _reader.Position;
        uint rank = _reader.ReadUInt32("The shape of a tensor");
        if (rank > GgufLimits.Dimensions)
        {
            throw _reader.Fail(GgufError.Of($"Tensor {GgufError.Quote(name)} has {rank} dimensions", rank, GgufLimits.Dimensions), shapeStart);
        }

        Span<long> dimensions = stackalloc long[(int)rank];
        for (int i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = unchecked((long)_reader.ReadUInt64("The shape of a tensor"));
        }

        GgufTensorType type = (GgufTensorType)_reader.ReadUInt32("The type of a tensor");
        ulong offset = _reader.ReadUInt64("The offset of a tensor");
        return TensorSize.Measure(name, type, dimensions, out TensorSize size) is { } error
            ? throw _reader.Fail(error, shapeStart)
            : new TensorEntry(name, type, [.. dimensions], size, offset, start);
    }

    /// <summary>Tensors follow each other without gaps, each padded to the alignment; llama.cpp accepts no other order.</summary>
    private Header PlaceTensors(uint version, uint alignment, GgufMetadata metadata, List<TensorEntry> entries, int partIndex)
    {
        // Both fit: a header has at most 1 GiB and an alignment at most 2 GiB.
        long dataOffset = entries.Count == 0 ? _reader.Position : Padding.Up(_reader.Position, alignment);
        ImmutableArray<GgufTensorInfo>.Builder tensors = ImmutableArray.CreateBuilder<GgufTensorInfo>(entries.Count);
        long expected = 0;
        foreach (TensorEntry entry in entries)
        {
            if (entry.Offset != (ulong)expected)
            {
                throw _reader.Fail(GgufError.Of($"Tensor {GgufError.Quote(entry.Name)} is said to lie at offset {entry.Offset}; behind its predecessor it lies at {expected}", entry.Offset, expected), entry.Position);
            }

            if (dataOffset > _length || expected > _length - dataOffset || entry.Size.Bytes > _length - dataOffset - expected)
            {
                long left = Math.Max(0, _length - dataOffset - expected);
                throw _reader.Fail(GgufError.Of($"Tensor {GgufError.Quote(entry.Name)} needs {entry.Size.Bytes} bytes and the file has {left} left for it", entry.Size.Bytes, left), entry.Position);
            }

            tensors.Add(new GgufTensorInfo(entry.Name, entry.Type, entry.Dimensions, entry.Size)
            {
                Offset = expected,
                FileOffset = dataOffset + expected,
                PartIndex = partIndex,
            });

            // Within the file's length so far, so the padded end is far below 2⁶³.
            expected = Padding.Up(expected + entry.Size.Bytes, alignment);
        }

        return new Header(version, alignment, dataOffset, metadata, tensors.MoveToImmutable());
    }

    private readonly record struct TensorEntry(string Name, GgufTensorType Type, ImmutableArray<long> Dimensions, TensorSize Size, ulong Offset, long Position);
}
