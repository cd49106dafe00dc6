using System.Collections.Immutable;
using System.Text;

namespace LocalInference.Gguf;

/// <summary>Name, type and shape of a tensor that is to be written. Immutable.</summary>
public sealed class GgufTensorDefinition
{
    /// <summary>Checks and takes a definition.</summary>
    /// <param name="name">1 to 63 bytes of UTF-8, without NUL.</param>
    /// <param name="type">How the elements are stored.</param>
    /// <param name="dimensions">At most 4; the first is the row length (the fastest-varying index), a multiple of the type's block size.</param>
    /// <exception cref="GgufException">One of them cannot be stored.</exception>
    public GgufTensorDefinition(string name, GgufTensorType type, params ReadOnlySpan<long> dimensions)
    {
        ArgumentNullException.ThrowIfNull(name);
        TensorSize size = default;
        GgufError? error = NameRules.CheckTensorName(name, Encoding.UTF8.GetByteCount(name))
            ?? TensorSize.Measure(name, type, dimensions, out size);
        if (error is not null)
        {
            throw new GgufException(error with { NextStep = "Change the tensor's name, type or shape." });
        }

        Name = name;
        Type = type;
        Dimensions = [.. dimensions];
        ElementCount = size.Elements;
        ByteLength = size.Bytes;
    }

    /// <summary>The name, unique in its file.</summary>
    public string Name { get; }

    /// <summary>How the elements are stored.</summary>
    public GgufTensorType Type { get; }

    /// <summary>Elements per dimension, row length first.</summary>
    public ImmutableArray<long> Dimensions { get; }

    /// <summary>The product of the dimensions.</summary>
    public long ElementCount { get; }

    /// <summary>Bytes of data, without the padding behind it.</summary>
    public long ByteLength { get; }
}
