using System.Collections.Immutable;

namespace LocalInference.Gguf;

/// <summary>A tensor in a file that was opened: what it is and where its data lies. Immutable.</summary>
public sealed class GgufTensorInfo
{
    internal GgufTensorInfo(string name, GgufTensorType type, ImmutableArray<long> dimensions, TensorSize size)
    {
        Name = name;
        Type = type;
        Dimensions = dimensions;
        ElementCount = size.Elements;
        ByteLength = size.Bytes;
    }

    /// <summary>The name, unique in the model.</summary>
    public string Name { get; }

    /// <summary>How the elements are stored.</summary>
    public GgufTensorType Type { get; }

    /// <summary>Elements per dimension, row length first; at most 4.</summary>
    public ImmutableArray<long> Dimensions { get; }

    /// <summary>The product of the dimensions.</summary>
    public long ElementCount { get; }

    /// <summary>Bytes of data, without the padding behind it.</summary>
    public long ByteLength { get; }

    /// <summary>Where the data starts, in bytes from the start of its file's data section.</summary>
    public long Offset { get; internal init; }

    /// <summary>Where the data starts, in bytes from the start of its file.</summary>
    public long FileOffset { get; internal init; }

    /// <summary>Which of the model's files holds it: an index into <see cref="GgufFile.Parts"/>.</summary>
    public int PartIndex { get; internal init; }

    /// <summary>The definition that writes a tensor of the same name, type and shape.</summary>
    public GgufTensorDefinition ToDefinition() => new(Name, Type, Dimensions.AsSpan());
}
