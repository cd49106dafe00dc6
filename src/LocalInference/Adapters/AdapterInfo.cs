namespace LocalInference;

/// <summary>An adapter that is loaded beside a model. Immutable.</summary>
public sealed record AdapterInfo
{
    /// <summary>The name that requests use.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>What it does.</summary>
    public required AdapterKind Kind { get; init; }

    /// <summary>Rank of a LoRA's matrices; the largest, where they differ. 0: it is a control vector.</summary>
    public required int Rank { get; init; }

    /// <summary>A LoRA's changes are multiplied with this, divided by the rank; 0: with 1 (<c>adapter.lora.alpha</c>).</summary>
    public required float Alpha { get; init; }

    /// <summary>Matrices of the model that a LoRA changes, layers that a control vector adds to.</summary>
    public required int TensorCount { get; init; }

    /// <summary>Bytes of memory that it takes.</summary>
    public required long SizeInBytes { get; init; }
}
