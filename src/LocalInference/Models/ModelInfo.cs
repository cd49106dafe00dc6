namespace LocalInference;

/// <summary>What a loaded model says of itself.</summary>
public sealed record ModelInfo
{
    /// <summary><c>general.architecture</c>, for example <c>llama</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary><c>general.name</c>, or <see langword="null"/>.</summary>
    public required string? Name { get; init; }

    /// <summary>llama.cpp's one-line description: architecture, size and quantization.</summary>
    public required string Description { get; init; }

    /// <summary>Number of weights.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Bytes of all tensors.</summary>
    public required long SizeInBytes { get; init; }

    /// <summary>Context length that the model was trained with, in tokens.</summary>
    public required int TrainedContextLength { get; init; }

    /// <summary>Length of the hidden state.</summary>
    public required int EmbeddingLength { get; init; }

    /// <summary>Number of layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Number of tokens in the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The model's default chat template (Jinja), or <see langword="null"/> for a base model.</summary>
    public required string? ChatTemplate { get; init; }
}
