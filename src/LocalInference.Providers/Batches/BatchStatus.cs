namespace LocalInference.Providers;

/// <summary>A batch as its provider describes it. Immutable.</summary>
public sealed record BatchStatus
{
    /// <summary>The provider's id of it. Through a <see cref="ModelRouter"/> the provider's name and a slash are before it.</summary>
    public required string Id { get; init; }

    /// <summary>The provider's name, as it is configured.</summary>
    public required string Provider { get; init; }

    /// <summary>How far it is.</summary>
    public required BatchState State { get; init; }

    /// <summary>Its requests; 0 while the provider has not counted them.</summary>
    public int Total { get; init; }

    /// <summary>Requests that have been answered.</summary>
    public int Succeeded { get; init; }

    /// <summary>Requests that ended in an error.</summary>
    public int Failed { get; init; }

    /// <summary>When it was submitted.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the provider gives it up.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What is wrong with it as a whole, in the provider's words, without keys. Default: nothing.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Whether nothing more comes of it, so that its results can be read.</summary>
    public bool IsOver => State is BatchState.Completed or BatchState.Cancelled or BatchState.Expired or BatchState.Failed;
}
