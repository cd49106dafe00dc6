using LocalInference.Server;
using LocalInference.Server.Origins;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Guards a server of models.</summary>
public static class LocalInferenceApplicationBuilderExtensions
{
    /// <summary>
    /// Refuses requests that pages of other web sites make through a visitor's browser: those with an <c>Origin</c> that is not allowed,
    /// and, on connections to this machine's own addresses, those with a foreign name in <c>Host</c> (DNS rebinding). Both are answered
    /// with 403. Pages of allowed origins get the CORS headers that they need. Put it before everything else.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="options">Which pages are allowed.</param>
    public static IApplicationBuilder UseRequestOriginCheck(this IApplicationBuilder app, RequestOriginOptions options)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(options);
        var rules = new OriginRules(options);
        return app.Use(next => new RequestOriginMiddleware(next, rules).InvokeAsync);
    }
}
