namespace LocalInference.Abstractions;

/// <summary>How models are downloaded. Immutable.</summary>
public sealed record PullOptions : TransferOptions
{
    /// <summary>Connections that carry parts of one file at the same time, 1 to 64. Default 4.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>
    /// The token for <c>hf.co</c> and <c>huggingface.co</c>, sent to no other host but their mirrors. <see langword="null"/>:
    /// <c>HF_TOKEN</c>; empty: none.
    /// </summary>
    public string? HuggingFaceToken { get; init; }

    /// <summary>Bytes that one request asks for, and that are asked for again at most where a download was broken off in the middle of them.</summary>
    internal int ChunkBytes { get; init; } = 16 << 20;

    internal override bool IsUpload => false;

    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    internal static void Validate(PullOptions options)
    {
        ValidateTransfer(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Connections, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Connections, 64, nameof(options));
    }
}
