namespace LocalInference.Server;

/// <summary>Who may use the server. Immutable.</summary>
public sealed record ApiKeyOptions
{
    /// <summary>The keys; none: everybody may use it.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Paths that need no key. Default: <c>/healthz</c>, <c>/readyz</c> and llama-server's <c>/health</c>, which balancers ask.</summary>
    public IReadOnlyList<string> OpenPaths { get; init; } = ["/healthz", "/readyz", "/health", "/v1/health"];
}
