namespace LocalInference.Abstractions;

/// <summary>A model in memory, at one moment. Immutable.</summary>
public sealed record LoadedModel
{
    /// <summary>The name that requests use.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of weights, KV cache and buffers together; <see langword="null"/>: not known.</summary>
    public long? SizeInBytes { get; init; }

    /// <summary>How much of that is on GPUs.</summary>
    public long GpuBytes { get; init; }

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public int ContextLength { get; init; }

    /// <summary>Requests that are being computed.</summary>
    public int RunningRequests { get; init; }

    /// <summary>Requests that wait.</summary>
    public int WaitingRequests { get; init; }

    /// <summary>Cells of its KV cache: tokens that it holds for all requests together; <see langword="null"/>: not known.</summary>
    public int? CacheCells { get; init; }

    /// <summary>Cells that hold a token, those kept for later prompts included; <see langword="null"/>: not known.</summary>
    public int? UsedCacheCells { get; init; }

    /// <summary>When it is unloaded if nobody uses it; <see langword="null"/>: it stays, or somebody uses it.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
