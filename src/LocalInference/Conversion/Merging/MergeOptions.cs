namespace LocalInference;

/// <summary>How adapters are merged into a model. Immutable.</summary>
public sealed record MergeOptions
{
    /// <summary>
    /// What the new model is stored in; <see langword="null"/>, the default: each matrix in the type that it has. The fewer bits, the
    /// more of what an adapter changed is lost: after merging, four bits differ from the model with the adapter beside it about a
    /// hundred times as much as eight.
    /// </summary>
    public QuantizationType? Type { get; init; }

    /// <summary>Path of an importance matrix in GGUF, for types of few bits. Default: none.</summary>
    public string? ImportanceMatrixPath { get; init; }

    /// <summary>Most threads that compute, from 1 to 512; <see langword="null"/>, the default: the physical cores.</summary>
    public int? Threads { get; init; }

    /// <summary>As for a quantization, of which merging into a type is one.</summary>
    internal QuantizationOptions Quantization => new(Type ?? QuantizationType.F32) { Threads = Threads, ImportanceMatrixPath = ImportanceMatrixPath, AllowRequantize = true };
}
