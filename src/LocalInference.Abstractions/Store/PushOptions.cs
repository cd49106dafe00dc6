namespace LocalInference.Abstractions;

/// <summary>How models are uploaded. Immutable.</summary>
public sealed record PushOptions : TransferOptions
{
    /// <summary>Bytes that one request carries, and that are sent again at most where an upload was broken off in the middle of them.</summary>
    internal int ChunkBytes { get; init; } = 32 << 20;

    internal override bool IsUpload => true;

    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    internal static void Validate(PushOptions options) => ValidateTransfer(options);
}
