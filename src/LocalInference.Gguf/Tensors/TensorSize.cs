namespace LocalInference.Gguf;

/// <summary>Elements and bytes of a tensor, computed without a product that could wrap.</summary>
internal readonly record struct TensorSize(long Elements, long Bytes)
{
    /// <summary>The same conditions as gguf.cpp of llama.cpp v0.5.0, plus sizes that no file can have.</summary>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static GgufError? Measure(string name, GgufTensorType type, ReadOnlySpan<long> dimensions, out TensorSize size)
    {
        size = default;
        string quoted = GgufError.Quote(name);
        if (dimensions.Length > GgufLimits.Dimensions)
        {
            return GgufError.Of($"Tensor {quoted} has {dimensions.Length} dimensions", dimensions.Length, GgufLimits.Dimensions);
        }

        TensorTypeTraits traits = TensorTypeTraits.Of(type);
        if (traits.BlockSize == 0)
        {
            return GgufError.Of($"Tensor {quoted} has the unknown or removed type {(int)type}", (int)type, nextStep: "Convert or quantize the model again for llama.cpp v0.5.0.");
        }

        UInt128 elements = 1;
        bool empty = false;
        foreach (long dimension in dimensions)
        {
            if (dimension < 0)
            {
                return GgufError.Of($"Tensor {quoted} has a dimension of {(ulong)dimension}", (ulong)dimension, long.MaxValue);
            }

            // A zero anywhere makes the tensor empty, whatever the other dimensions say. Clamped, two factors fit 126 bits.
            empty |= dimension == 0;
            elements = UInt128.Min(elements * (UInt128)Math.Max(dimension, 1), long.MaxValue);
        }

        long row = dimensions.IsEmpty ? 1 : dimensions[0];
        if (row % traits.BlockSize != 0)
        {
            return GgufError.Of($"Tensor {quoted} of type {traits.Name} has rows of {row} elements, no multiple of its block size", row, traits.BlockSize);
        }

        if (empty)
        {
            return null;
        }

        UInt128 bytes = elements / (UInt128)traits.BlockSize * (UInt128)traits.TypeSize;
        if (elements == long.MaxValue || bytes > long.MaxValue)
        {
            return GgufError.Of($"Tensor {quoted} has more elements than can be addressed", string.Join('×', dimensions.ToArray()), long.MaxValue);
        }

        size = new TensorSize((long)elements, (long)bytes);
        return null;
    }
}
