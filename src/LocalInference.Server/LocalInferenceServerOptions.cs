namespace LocalInference.Server;

/// <summary>What the endpoints allow. Immutable.</summary>
public sealed record LocalInferenceServerOptions
{
    /// <summary>Bytes that a request's body may have; a larger one is answered with 413. Default 32 MiB.</summary>
    public long MaxRequestBytes { get; init; } = 32 * 1024 * 1024;
}
