namespace LocalInference;

/// <summary>A LoRA adapter that is loaded beside a model. Immutable.</summary>
public sealed record AdapterInfo
{
    /// <summary>The name that requests use.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>Rank of its matrices; the largest, where they differ.</summary>
    public required int Rank { get; init; }

    /// <summary>Its changes are multiplied with this, divided by the rank; 0: with 1 (<c>adapter.lora.alpha</c>).</summary>
    public required float Alpha { get; init; }

    /// <summary>Matrices of the model that it changes.</summary>
    public required int TensorCount { get; init; }

    /// <summary>Bytes of memory that it takes.</summary>
    public required long SizeInBytes { get; init; }
}
