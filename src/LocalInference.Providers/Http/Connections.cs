namespace LocalInference.Providers;

/// <summary>Connections to one endpoint.</summary>
internal static class Connections
{
    public static SocketsHttpHandler Create(ProviderOptions options) => new()
    {
        // A key must not follow a redirection to another host, and a POST would arrive there as a GET.
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(15),

        // Addresses of hosts change; a connection that is older is not used for another request.
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        MaxConnectionsPerServer = options.Limits.Concurrency,
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
    };
}
