using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>How a model is quantized. Immutable.</summary>
/// <param name="Type">The recipe.</param>
public sealed record QuantizationOptions(QuantizationType Type)
{
    /// <summary>
    /// Path of an importance matrix in GGUF, as llama.cpp's llama-imatrix writes it: which columns of each matrix matter most. It makes
    /// types of 4 bits and less better, and some of them need it. Default: none.
    /// </summary>
    public string? ImportanceMatrixPath { get; init; }

    /// <summary>The type of the output matrix; <see langword="null"/>, the default: as the recipe has it.</summary>
    public GgufTensorType? OutputTensorType { get; init; }

    /// <summary>The type of the token embeddings; <see langword="null"/>, the default: as the recipe has it.</summary>
    public GgufTensorType? TokenEmbeddingType { get; init; }

    /// <summary>
    /// Whether matrices that are quantized already may be quantized anew, which loses more than quantizing the original would.
    /// Default: no.
    /// </summary>
    public bool AllowRequantize { get; init; }

    /// <summary>Most threads that compute, from 1 to 512; <see langword="null"/>, the default: the physical cores.</summary>
    public int? Threads { get; init; }

    internal int EffectiveThreads => PhysicalCores.ThreadsFor(Threads);

    internal void Validate()
    {
        if (!Enum.IsDefined(Type))
        {
            throw ExceptionFactory.Option(nameof(Type), "is no type that there is", Type.ToString(), string.Join(", ", Enum.GetNames<QuantizationType>()));
        }

        if (Threads is < 1 or > Ggml.MaxThreads)
        {
            throw ExceptionFactory.Option(nameof(Threads), $"must be from 1 to {Ggml.MaxThreads}", Threads.ToString(), Ggml.MaxThreads.ToString());
        }

        Validate(OutputTensorType, nameof(OutputTensorType));
        Validate(TokenEmbeddingType, nameof(TokenEmbeddingType));
    }

    // ggml_quantize_chunk has a case for each of the others, and asserts otherwise.
    private static void Validate(GgufTensorType? type, string name)
    {
        if (type is { } given && (!given.IsKnown || given is GgufTensorType.I8 or GgufTensorType.I16 or GgufTensorType.I32 or GgufTensorType.I64
            or GgufTensorType.F64 or GgufTensorType.Q8_1 or GgufTensorType.Q8_K))
        {
            throw ExceptionFactory.Option(name, "weights cannot be stored in it", given.ToString());
        }
    }
}
