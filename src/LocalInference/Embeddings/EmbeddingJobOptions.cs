using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>What an <see cref="EmbeddingJob"/> is to make of its texts. Immutable.</summary>
internal sealed record EmbeddingJobOptions
{
    /// <summary>Scores of the classification head, instead of vectors.</summary>
    public bool Ranks { get; init; }

    public EmbeddingPooling Pooling { get; init; }

    /// <summary>Length of a vector.</summary>
    public int Dimensions { get; init; }

    public bool Normalize { get; init; }

    /// <summary>Who shares with whom.</summary>
    public string Caller { get; init; } = "";

    public RequestPriority Priority { get; init; } = RequestPriority.Normal;
}
