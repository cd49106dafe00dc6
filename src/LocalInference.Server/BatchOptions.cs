namespace LocalInference.Server;

/// <summary>How files and batches are kept, and how much of the server batches may take. Immutable.</summary>
public sealed record BatchOptions
{
    /// <summary>
    /// The folder that they are kept in; it is made when it is first needed, readable by its owner only: prompts and answers lie in it.
    /// One server at a time uses it.
    /// </summary>
    public required string Directory { get; init; }

    /// <summary>Bytes that a file may have; a larger one is answered with 413. Default 200 MiB.</summary>
    public long MaxFileBytes { get; init; } = 200L * 1024 * 1024;

    /// <summary>Bytes that all files may have together; what would go beyond is answered with 507. Default 10 GiB.</summary>
    public long MaxTotalBytes { get; init; } = 10L * 1024 * 1024 * 1024;

    /// <summary>Time that files are kept, unless their request says otherwise, and batches that have ended. Default 30 days.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Time that a batch has; requests that are not answered then never are. Default 24 h, which the interface calls it.</summary>
    public TimeSpan CompletionWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Requests of batches that are answered at the same time. They run at low priority: whoever else waits goes before those that wait.
    /// Default 4.
    /// </summary>
    public int MaxConcurrentRequests { get; init; } = 4;
}
