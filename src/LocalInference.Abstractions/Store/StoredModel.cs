namespace LocalInference.Abstractions;

/// <summary>A model in a store. Immutable.</summary>
public sealed record StoredModel
{
    /// <summary>Its name, as short as it is unmistakable, with its tag.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of its manifest: 64 hexadecimal digits, as Ollama shows it.</summary>
    public required string Digest { get; init; }

    /// <summary>Bytes of its parts; what models share is counted for each.</summary>
    public required long SizeInBytes { get; init; }

    /// <summary>When it was made or pulled.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>Whether it lies in a folder that is only read.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>How its weights are written: <c>gguf</c>; <see langword="null"/>: not said.</summary>
    public string? Format { get; init; }

    /// <summary>Its architecture: <c>llama</c>, <c>qwen2</c>, …; <see langword="null"/>: not said.</summary>
    public string? Family { get; init; }

    /// <summary>How many parameters it has, as people write it: <c>494.03M</c>; <see langword="null"/>: not said.</summary>
    public string? ParameterSize { get; init; }

    /// <summary>How its weights are quantised: <c>Q4_K_M</c>; <see langword="null"/>: not said.</summary>
    public string? Quantization { get; init; }
}
