using LocalInference.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Microsoft.AspNetCore.Hosting;

/// <summary>Keeps those who send slowly from holding the server's connections.</summary>
public static class RequestLimitExtensions
{
    /// <summary>
    /// Closes connections whose requests come too slowly: headers within <see cref="LocalInferenceServerOptions.RequestHeadersTimeout"/>,
    /// bodies at <see cref="LocalInferenceServerOptions.MinRequestBytesPerSecond"/>. Who sends a body too slowly gets 408 in the form of
    /// the interface that was asked.
    /// </summary>
    /// <param name="kestrel">The web server's options.</param>
    /// <param name="options">How slow is too slow.</param>
    /// <returns>The same options.</returns>
    public static KestrelServerOptions UseRequestLimits(this KestrelServerOptions kestrel, LocalInferenceServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(options);
        kestrel.Limits.RequestHeadersTimeout = options.RequestHeadersTimeout;
        kestrel.Limits.MinRequestBodyDataRate = options.MinRequestBytesPerSecond > 0 ? new MinDataRate(options.MinRequestBytesPerSecond, options.RequestBodyGracePeriod) : null;
        return kestrel;
    }
}
