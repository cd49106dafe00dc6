namespace LocalInference.Gguf;

/// <summary>
/// What this library accepts. Where llama.cpp v0.5.0 has a limit it is the same one (gguf.cpp, ggml.h); the others are
/// far above any model and bound what a hostile file can make the reader allocate to its own size plus 64 MiB.
/// </summary>
internal static class GgufLimits
{
    /// <summary>The GGUF specification's longest key.</summary>
    public const int KeyBytes = 65_535;

    /// <summary>All keys together; they are kept as UTF-16, twice as large.</summary>
    public const int AllKeyBytes = 4 * 1024 * 1024;

    /// <summary>GGML_MAX_NAME is 64 and counts the terminating NUL.</summary>
    public const int TensorNameBytes = 63;

    /// <summary>GGML_MAX_DIMS.</summary>
    public const int Dimensions = 4;

    /// <summary>The largest models have about 10,000.</summary>
    public const int Tensors = 65_536;

    /// <summary>Models have about 50.</summary>
    public const int Pairs = 65_536;

    /// <summary>The longest string in bytes, and the most elements of an array, in llama.cpp.</summary>
    public const int ArrayElements = 1024 * 1024 * 1024;

    /// <summary>Header, metadata and tensor list together; a vocabulary of 256,000 tokens with merges takes about 20 MiB.</summary>
    public const long HeaderBytes = 1024 * 1024 * 1024;

    /// <summary>An array of numbers is 1, an array of arrays of numbers is 2.</summary>
    public const int ArrayDepth = 4;

    /// <summary>Alignment of tensor data where <c>general.alignment</c> does not say otherwise.</summary>
    public const uint DefaultAlignment = 32;

    /// <summary>split.count is a 16-bit number.</summary>
    public const int Parts = ushort.MaxValue;
}
