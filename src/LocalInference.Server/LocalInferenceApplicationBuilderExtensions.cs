using LocalInference.Server;
using LocalInference.Server.Http;
using LocalInference.Server.Keys;
using LocalInference.Server.Operation;
using LocalInference.Server.Origins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

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

    /// <summary>
    /// Counts the requests that run, and answers with 503 and <c>Retry-After</c> when the application is to stop, while those that run
    /// end (<c>services.AddRequestDrain()</c>). What tells of the server itself, such as <c>/readyz</c>, stays open. Put it behind
    /// <see cref="UseRequestOriginCheck"/>.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <exception cref="InvalidOperationException">The services lack it.</exception>
    public static IApplicationBuilder UseRequestDrain(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        RequestDrain drain = app.ApplicationServices.GetService<RequestDrain>() ?? throw new InvalidOperationException("Call services.AddRequestDrain() before.");
        Func<WireProtocol, Endpoint> endpointOf = EndpointsOf(app);
        return app.Use(next => new RequestDrainMiddleware(next, drain, endpointOf).InvokeAsync);
    }

    /// <summary>
    /// Lets in who sends a key, as <c>Authorization: Bearer KEY</c> or <c>x-api-key: KEY</c>, within that key's limits. Others get 401, who
    /// reaches a limit gets 429 with <c>Retry-After</c>, in the form of the interface that was asked; headers <c>x-ratelimit-…</c> tell what
    /// is left. Routes that change models need a key of <see cref="ApiKeyScope.Admin"/>. Put it behind
    /// <see cref="UseRequestOriginCheck"/>. Without keys it does nothing.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="options">The keys.</param>
    /// <exception cref="ArgumentException">A hash is none, a name or a hash is there twice, or a limit is not positive.</exception>
    public static IApplicationBuilder UseApiKeys(this IApplicationBuilder app, ApiKeyOptions options)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(options);
        CallerKeys keys = KeysOf(app);
        keys.Replace(options);
        return UseKeys(app, keys);
    }

    /// <summary>
    /// The same with keys that may change while the server runs. A key that stays as it is keeps what it has used of its limits. Keys that
    /// cannot be used, or none at all where there were some, are logged, and the old ones stay.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="options">The keys.</param>
    /// <exception cref="ArgumentException">Among those of now a hash is none, a name or a hash is there twice, or a limit is not positive.</exception>
    public static IApplicationBuilder UseApiKeys(this IApplicationBuilder app, IOptionsMonitor<ApiKeyOptions> options)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(options);
        CallerKeys keys = KeysOf(app);
        keys.Follow(options, LogOf(app));
        return UseKeys(app, keys);
    }

    // Batches use it too, and have put it among the services.
    private static CallerKeys KeysOf(IApplicationBuilder app) =>
        app.ApplicationServices.GetService<CallerKeys>() ?? new CallerKeys(app.ApplicationServices.GetService<TimeProvider>() ?? TimeProvider.System);

    private static IApplicationBuilder UseKeys(IApplicationBuilder app, CallerKeys keys)
    {
        Func<WireProtocol, Endpoint> endpointOf = EndpointsOf(app);
        return app.Use(next => new ApiKeyMiddleware(next, keys, endpointOf).InvokeAsync);
    }

    private static Func<WireProtocol, Endpoint> EndpointsOf(IApplicationBuilder app)
    {
        ILogger log = LogOf(app);
        return protocol => new Endpoint(protocol, log);
    }

    private static ILogger LogOf(IApplicationBuilder app) => app.ApplicationServices.GetService<ILoggerFactory>()?.CreateLogger("LocalInference.Server") ?? NullLogger.Instance;
}
