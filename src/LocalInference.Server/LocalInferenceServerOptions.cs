namespace LocalInference.Server;

/// <summary>What the endpoints allow. Immutable.</summary>
public sealed record LocalInferenceServerOptions
{
    /// <summary>Bytes that a request's body may have; a larger one is answered with 413. Default 32 MiB.</summary>
    public long MaxRequestBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Time in which the headers of a request have to come; the connection is closed after it. Default 15 s.</summary>
    public TimeSpan RequestHeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes a second at which the body of a request has to come; a slower one is answered with 408. 0: as slowly as it likes. Default 240.</summary>
    public double MinRequestBytesPerSecond { get; init; } = 240;

    /// <summary>Time before <see cref="MinRequestBytesPerSecond"/> holds; more than 1 s. Default 5 s.</summary>
    public TimeSpan RequestBodyGracePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time that running requests have to end when the application is to stop (<c>AddRequestDrain</c>). New ones get 503 meanwhile. What
    /// still runs then ends with an error, which its stream tells as its protocol has it. Default 30 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Responses of <c>/v1/responses</c> that are kept in memory, to be asked for and gone on from; the oldest go first. 0: none. Default 1,000.</summary>
    public int MaxStoredResponses { get; init; } = 1000;

    /// <summary>Bytes that kept responses may take together, each counted with the conversation before it. Default 128 MiB.</summary>
    public long MaxStoredResponseBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// Whether models can be pulled, pushed, made, copied and deleted from other machines; others are answered with 403. Set it only where
    /// the application knows who asks. What a proxy has passed on counts as from another machine: it says so in <c>X-Forwarded-For</c>,
    /// <c>Forwarded</c>, <c>X-Real-IP</c> or <c>Via</c>; where it says nothing, use keys. Default: no.
    /// </summary>
    public bool AllowRemoteAdministration { get; init; }
}
