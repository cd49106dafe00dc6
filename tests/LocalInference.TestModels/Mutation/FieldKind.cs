namespace LocalInference.TestModels;

/// <summary>What a number in a GGUF header means.</summary>
internal enum FieldKind
{
    /// <summary>How many of something follow, or how many bytes.</summary>
    Count,

    /// <summary>A metadata value's type, or its elements'.</summary>
    ValueType,

    /// <summary>An integer in the metadata.</summary>
    Number,

    /// <summary>A tensor's dimension.</summary>
    Dimension,

    /// <summary>A tensor's type.</summary>
    TensorType,

    /// <summary>A tensor's offset.</summary>
    Offset,
}
