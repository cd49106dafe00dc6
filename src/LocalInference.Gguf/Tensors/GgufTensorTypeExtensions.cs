namespace LocalInference.Gguf;

/// <summary>Sizes of tensor types.</summary>
public static class GgufTensorTypeExtensions
{
    extension(GgufTensorType type)
    {
        /// <summary>Whether the number is a type of llama.cpp v0.5.0.</summary>
        public bool IsDefined => TensorTypeTraits.Of(type).BlockSize > 0;

        /// <summary>The name that ggml prints, such as <c>q4_K</c>.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The number is no type.</exception>
        public string Name => Traits(type).Name;

        /// <summary>Elements per block: 1 where elements stand alone.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The number is no type.</exception>
        public int BlockSize => Traits(type).BlockSize;

        /// <summary>Bytes per block.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The number is no type.</exception>
        public int TypeSize => Traits(type).TypeSize;

        /// <summary>Whether elements share a block, so that none can be read alone.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The number is no type.</exception>
        public bool IsQuantized => Traits(type).BlockSize > 1;

        /// <summary>Bytes of a row of so many elements.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The number is no type, or the count is negative or no multiple of the block size.</exception>
        /// <exception cref="OverflowException">The row has 2⁶³ bytes or more.</exception>
        public long RowSize(long elements)
        {
            TensorTypeTraits traits = Traits(type);
            ArgumentOutOfRangeException.ThrowIfNegative(elements);
            ArgumentOutOfRangeException.ThrowIfNotEqual(elements % traits.BlockSize, 0, nameof(elements));
            return checked(elements / traits.BlockSize * traits.TypeSize);
        }
    }

    private static TensorTypeTraits Traits(GgufTensorType type)
    {
        TensorTypeTraits traits = TensorTypeTraits.Of(type);
        return traits.BlockSize > 0 ? traits : throw new ArgumentOutOfRangeException(nameof(type), type, "Not a tensor type of llama.cpp v0.5.0.");
    }
}
