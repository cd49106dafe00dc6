using System.Text.Json.Nodes;

namespace LocalInference.Cli.Inspect;

/// <summary>What <c>inspect --json</c> writes. Sizes are in bytes; what the file does not say is null.</summary>
internal sealed record InspectReport
{
    public required string Path { get; init; }

    public required uint GgufVersion { get; init; }

    public required int Files { get; init; }

    public required long FileBytes { get; init; }

    public required string? Architecture { get; init; }

    public required string? Name { get; init; }

    public required string Type { get; init; }

    public required long ParameterCount { get; init; }

    public required int TensorCount { get; init; }

    public required long TensorBytes { get; init; }

    public required long? ContextLength { get; init; }

    public required long? EmbeddingLength { get; init; }

    public required long? BlockCount { get; init; }

    public required long? HeadCount { get; init; }

    public required long? KeyValueHeadCount { get; init; }

    public required long? VocabularySize { get; init; }

    public required string? Tokenizer { get; init; }

    public required bool HasChatTemplate { get; init; }

    public required MemoryReport? Memory { get; init; }

    public required IReadOnlyList<TensorTypeReport> TensorTypes { get; init; }

    public required IReadOnlyList<TensorReport> Tensors { get; init; }

    /// <summary>Every pair; an array longer than a few elements as its type, its count and the first of them.</summary>
    public required JsonObject Metadata { get; init; }
}
