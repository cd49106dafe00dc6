namespace LocalInference;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Type">How its numbers are stored; <see langword="null"/>: in a way that is not read.</param>
/// <param name="TypeName">The same as the file says it.</param>
/// <param name="Shape">Its dimensions, the fastest-varying last: the other way round than in GGUF.</param>
/// <param name="Offset">Where its data starts, in bytes from the beginning of the file.</param>
/// <param name="ByteLength">Bytes of data.</param>
internal sealed record SafetensorsTensor(string Name, SafetensorsType? Type, string TypeName, long[] Shape, long Offset, long ByteLength)
{
    /// <summary>The product of the dimensions; 0 for a type that is not read.</summary>
    public long ElementCount => Type switch
    {
        null => 0,
        SafetensorsType.F32 => ByteLength / sizeof(float),
        _ => ByteLength / sizeof(ushort),
    };

    /// <summary>For messages.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}
