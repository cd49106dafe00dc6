using System.Text.Json;

namespace LocalInference.Abstractions;

/// <summary>What is known of a model without running it; <see langword="null"/> and empty: not known. Immutable.</summary>
public sealed record ModelDescription
{
    /// <summary>The name that requests use.</summary>
    public required string Name { get; init; }

    /// <summary>Where it runs, as telemetry names it: <c>localinference</c>, <c>openai</c>, …</summary>
    public required string ProviderName { get; init; }

    /// <summary>What it can do.</summary>
    public ModelCapabilities Capabilities { get; init; }

    /// <summary>SHA-256 of what makes up the model, as <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public string? Digest { get; init; }

    /// <summary>Bytes on disk.</summary>
    public long? SizeInBytes { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary><c>general.architecture</c> of its GGUF file: <c>llama</c>, <c>qwen2</c>, …</summary>
    public string? Architecture { get; init; }

    /// <summary>Number of weights.</summary>
    public long? ParameterCount { get; init; }

    /// <summary>How most of its weights are stored: <c>Q4_K_M</c>, <c>F16</c>, …</summary>
    public string? Quantization { get; init; }

    /// <summary>Tokens of context that it was trained with.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Length of its hidden state, and of its embeddings.</summary>
    public int? EmbeddingLength { get; init; }

    /// <summary>Its chat template.</summary>
    public PromptTemplate? Template { get; init; }

    /// <summary>The system message that it uses when a conversation has none.</summary>
    public string? System { get; init; }

    /// <summary>Its licences, as texts.</summary>
    public IReadOnlyList<string> Licenses { get; init; } = [];

    /// <summary>What it changes of the sampling defaults.</summary>
    public SamplingOverrides Sampling { get; init; } = SamplingOverrides.None;

    /// <summary>The metadata of its GGUF file, long arrays left out.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>The tensors of that file, in its order.</summary>
    public IReadOnlyList<TensorDescription> Tensors { get; init; } = [];
}
