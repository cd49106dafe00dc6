namespace LocalInference.TestModels;

/// <summary>The ways in which <see cref="GgufMutator"/> damages a file.</summary>
public enum GgufMutationKind
{
    /// <summary>The end is missing.</summary>
    Truncation,

    /// <summary>One to eight bits of the header are inverted.</summary>
    HeaderBitFlips,

    /// <summary>A run of header bytes is random.</summary>
    HeaderNoise,

    /// <summary>A count of pairs, tensors, elements, dimensions or bytes is absurd.</summary>
    AbsurdCount,

    /// <summary>A tensor's dimension is absurd.</summary>
    AbsurdDimension,

    /// <summary>A tensor's offset is absurd.</summary>
    AbsurdOffset,

    /// <summary>The type of a value, of an array's elements or of a tensor is another.</summary>
    WrongType,

    /// <summary>A metadata pair occurs twice.</summary>
    DuplicatePair,

    /// <summary>A tensor occurs twice.</summary>
    DuplicateTensor,

    /// <summary>A metadata pair is missing.</summary>
    MissingPair,

    /// <summary>A tensor is missing from the list.</summary>
    MissingTensor,

    /// <summary>An integer in the metadata, such as the number of layers or the vocabulary's size, is another.</summary>
    WrongNumber,

    /// <summary>Magic or version are others.</summary>
    WrongVersion,

    /// <summary>Bytes are inserted into the header or taken out of it.</summary>
    ShiftedBytes,

    /// <summary>Arrays within arrays, deep or many.</summary>
    NestedArrays,

    /// <summary>Tensor data is noise, including NaN and infinity.</summary>
    DataNoise,
}
