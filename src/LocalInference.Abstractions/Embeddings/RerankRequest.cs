namespace LocalInference.Abstractions;

/// <summary>A query, and documents to order by it. Immutable as far as the objects in it are left alone.</summary>
public sealed record RerankRequest
{
    /// <summary>What is looked for.</summary>
    public required string Query { get; init; }

    /// <summary>What is to be ordered.</summary>
    public required IReadOnlyList<string> Documents { get; init; }

    /// <summary>The model's name; <see langword="null"/>: the default one.</summary>
    public string? Model { get; init; }

    /// <summary>How many of the best to return, at least 1; <see langword="null"/>: all.</summary>
    public int? Top { get; init; }

    /// <summary>What becomes of a document that is too long with its query. Default: an error. The query is never cut.</summary>
    public TextTruncation Truncation { get; init; }

    /// <inheritdoc cref="GenerationRequest.Priority"/>
    public RequestPriority Priority { get; init; } = RequestPriority.Normal;

    /// <inheritdoc cref="GenerationRequest.Caller"/>
    public string? Caller { get; init; }

    /// <inheritdoc cref="GenerationRequest.KeepAlive"/>
    public TimeSpan? KeepAlive { get; init; }
}
