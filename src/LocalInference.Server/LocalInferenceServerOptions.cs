namespace LocalInference.Server;

/// <summary>What the endpoints allow. Immutable.</summary>
public sealed record LocalInferenceServerOptions
{
    /// <summary>Bytes that a request's body may have; a larger one is answered with 413. Default 32 MiB.</summary>
    public long MaxRequestBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Whether models can be pulled, pushed, made, copied and deleted from other machines; others are answered with 403. Set it only where
    /// the application knows who asks. Behind a proxy on this machine, let the application restore the callers' addresses
    /// (<c>UseForwardedHeaders</c>). Default: no.
    /// </summary>
    public bool AllowRemoteAdministration { get; init; }
}
