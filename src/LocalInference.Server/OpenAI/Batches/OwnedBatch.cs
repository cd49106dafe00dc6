namespace LocalInference.Server.OpenAI.Batches;

/// <summary>A batch and what is not told of it. Immutable.</summary>
internal sealed record OwnedBatch
{
    /// <summary>The name of the key that made it; <see langword="null"/>: the server had no keys.</summary>
    public required string? Owner { get; init; }

    /// <summary>Whether nothing of it may leave this machine.</summary>
    public bool LocalOnly { get; init; }

    /// <summary>The file that answers are written to; it is a file of the owner's when the batch has ended.</summary>
    public required string OutputId { get; init; }

    /// <summary>The same for errors.</summary>
    public required string ErrorId { get; init; }

    /// <summary>Seconds that these files are kept, if the batch's request says so.</summary>
    public long? OutputLifetime { get; init; }

    public required Batch Batch { get; init; }
}
