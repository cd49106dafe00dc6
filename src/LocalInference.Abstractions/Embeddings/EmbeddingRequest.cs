namespace LocalInference.Abstractions;

/// <summary>Texts to embed, and how. Immutable as far as the objects in it are left alone.</summary>
public sealed record EmbeddingRequest
{
    /// <summary>
    /// The texts. An empty one is embedded as the tokens that the model puts around every text; where it puts none, it is a
    /// <see cref="GenerationException"/>.
    /// </summary>
    public required IReadOnlyList<EmbeddingInput> Inputs { get; init; }

    /// <summary>The model's name; <see langword="null"/>: <see cref="EmbedderMetadata.DefaultModel"/>.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// Length of the vectors: the first so many numbers, for models trained for that (arXiv:2205.13147), normalised anew. 1 to the
    /// model's own length; <see langword="null"/>: the model's own.
    /// </summary>
    public int? Dimensions { get; init; }

    /// <summary>
    /// How the vectors of a text's tokens become one; <see langword="null"/>: as the model says, and <see cref="EmbeddingPooling.Last"/>
    /// for one that generates and says nothing.
    /// </summary>
    public EmbeddingPooling? Pooling { get; init; }

    /// <summary>Whether vectors get the length 1 (L2). Default: yes.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>
    /// Tokens that a text may have, at least 1: a limit of this request, without effect where the model takes fewer;
    /// <see langword="null"/>: as many as the model takes. A provider may have no field for it.
    /// </summary>
    public int? ContextLength { get; init; }

    /// <summary>What becomes of a text that is longer than that. Default: an error.</summary>
    public TextTruncation Truncation { get; init; }

    /// <inheritdoc cref="GenerationRequest.Priority"/>
    public RequestPriority Priority { get; init; } = RequestPriority.Normal;

    /// <inheritdoc cref="GenerationRequest.Caller"/>
    public string? Caller { get; init; }

    /// <inheritdoc cref="GenerationRequest.LocalOnly"/>
    public bool LocalOnly { get; init; }

    /// <inheritdoc cref="GenerationRequest.KeepAlive"/>
    public TimeSpan? KeepAlive { get; init; }
}
