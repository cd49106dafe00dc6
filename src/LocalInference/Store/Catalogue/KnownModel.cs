using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>A model of a <see cref="ModelCatalogue"/>. Immutable.</summary>
public sealed record KnownModel
{
    /// <summary>The short name that it is pulled and used by.</summary>
    public required string Name { get; init; }

    /// <summary>Its name in the registry: <c>HOST/NAMESPACE/MODEL:TAG</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The public page of the weights, which states their bytes and their digest.</summary>
    public required Uri Page { get; init; }

    /// <summary>The public page of the model's makers, which the other facts are from; <see langword="null"/>: they are from <see cref="Page"/> too.</summary>
    public Uri? Card { get; init; }

    /// <summary>The day on which the facts were last compared with copies and quotations of these pages; <see langword="null"/>: nobody says.</summary>
    public DateOnly? Checked { get; init; }

    /// <summary>Which of the facts nothing public was found for on that day, as the catalogue's file names them.</summary>
    public IReadOnlyList<string> Unconfirmed { get => field ?? []; init; }

    /// <summary>SHA-256 of the weights, 64 hexadecimal digits, which a pull must bring; <see langword="null"/>: the page states none, and a pull must bring what the first one into the same store did.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Bytes of the weights; rounded where nobody states all digits.</summary>
    public required long Bytes { get; init; }

    /// <summary><c>general.architecture</c> of the GGUF file.</summary>
    public required string Architecture { get; init; }

    /// <summary>Number of weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Those that one token needs, of a mixture of experts; <see langword="null"/>: all.</summary>
    public long? ActiveParameters { get; init; }

    /// <summary>How the weights are quantised: <c>Q4_K_M</c>.</summary>
    public required string Quantization { get; init; }

    /// <summary>Tokens of context that it was made for.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Bytes of keys and values that each token of context takes, in half precision.</summary>
    public required long CacheBytesPerToken { get; init; }

    /// <summary>The licence, as Hugging Face names it.</summary>
    public required string License { get; init; }

    /// <summary><c>chat</c>, <c>tools</c>, <c>vision</c>, <c>embedding</c>, <c>reasoning</c>, <c>code</c>.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>What it is recommended for: <c>chat</c>, <c>coding</c>, <c>reasoning</c>, <c>embedding</c>, <c>trying</c>.</summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    /// <summary>What its makers recommend to change of the sampling defaults.</summary>
    public SamplingOverrides Sampling { get => field ?? SamplingOverrides.None; init; }

    /// <summary>Bytes that it takes with a context, buffers included.</summary>
    /// <param name="contextLength">Tokens of context.</param>
    public long MemoryBytes(int contextLength) => Bytes + (CacheBytesPerToken * contextLength) + BufferBytes;

    // What the computation takes besides: some hundred MiB for batches of 512.
    private const long BufferBytes = 512L << 20;
}
