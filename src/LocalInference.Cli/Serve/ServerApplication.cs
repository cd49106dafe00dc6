using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LocalInference.Cli.Serve;

/// <summary>The web server over the models of the command line, or those of the store.</summary>
internal static partial class ServerApplication
{
    private static readonly TimeSpan s_unusedFor = TimeSpan.FromDays(14);

    /// <summary>Puts it together.</summary>
    /// <param name="settings">What is served, and where.</param>
    /// <param name="store">The models that are served; <see langword="null"/>: those of the settings.</param>
    /// <exception cref="CliException">The settings have no certificate where there is to be TLS, or a limit that cannot be.</exception>
    public static WebApplication Create(ServeSettings settings, ModelStore? store)
    {
        LocalInferenceServerOptions options = ServerSection.Read(settings.Configuration);
        if (settings.IsSecure && !KestrelSection.HasCertificate(settings.Configuration))
        {
            throw CliException.Usage("The address asks for TLS, and the settings name no certificate.", "Name the files of one as Path and KeyPath in Kestrel:Certificates:Default of the settings, or leave https:// out.");
        }

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        Listen(builder, settings, options);
        builder.Services.AddRoutingCore().AddRequestDrain(options).AddDirectSends();
        LogToStandardError(builder, settings.IsVerbose);
        AddModels(builder.Services, settings, store);
        AddOptionalServices(builder.Services, settings);

        WebApplication app = builder.Build();
        UseMiddleware(app, settings);
        if (store is not null)
        {
            WatchStore(store, app, settings.KeepsUnusedBlobs);
        }

        MapRoutes(app, options);
        return app;
    }

    private static void Listen(WebApplicationBuilder builder, ServeSettings settings, LocalInferenceServerOptions options) =>
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.UseRequestLimits(options);
            KestrelSection.Load(kestrel, settings.Configuration);
            kestrel.Listen(settings.Address, listen =>
            {
                // As without TLS: in HTTP/2 a WebSocket is opened by CONNECT, which /api/ws does not take (RFC 8441).
                listen.Protocols = HttpProtocols.Http1;
                if (settings.IsSecure)
                {
                    listen.UseHttps();
                }
            });
        });

    private static void LogToStandardError(WebApplicationBuilder builder, bool isVerbose)
    {
        // It stops by SIGTERM and Ctrl-C; what it is doing is said by the command.
        builder.Services.Configure<ConsoleLifetimeOptions>(static lifetime => lifetime.SuppressStatusMessages = true);
        builder.Logging
            .AddSimpleConsole(static console => console.SingleLine = true)
            .SetMinimumLevel(isVerbose ? LogLevel.Debug : LogLevel.Information)
            .AddFilter("Microsoft", isVerbose ? LogLevel.Information : LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void AddModels(IServiceCollection services, ServeSettings settings, ModelStore? store)
    {
        LocalInferenceBuilder models = services.AddLocalInference();
        foreach (ModelLocation model in settings.Models)
        {
            models.AddModel(model);
        }

        if (settings.MaxLoadedModels is { } most)
        {
            models.UseMaxLoadedModels(most);
        }

        if (store is not null)
        {
            models.UseModels(new ServedStore(store, settings.Loading, settings.ContextLength, settings.KeepAlive));
            services.AddSingleton<IModelStore>(store);
        }
    }

    // Batches, models of other machines, and what requests cost, as far as the settings say.
    private static void AddOptionalServices(IServiceCollection services, ServeSettings settings)
    {
        if (settings.BatchFolder is { } folder)
        {
            services.AddBatches(new BatchOptions { Directory = Path.GetFullPath(folder) });
        }

        if (settings.Configuration.GetSection("Providers").Exists() || settings.Configuration.GetSection("Routes").Exists())
        {
            services.AddLocalInferenceProviders(settings.Configuration);
        }

        services.AddLocalInferenceUsage(settings.Configuration);
    }

    private static void UseMiddleware(WebApplication app, ServeSettings settings)
    {
        app.UseRequestOriginCheck(settings.Origins);
        app.Use(NameUnknownPagesAsync);
        app.UseRequestDrain();
        if (settings.KeyFile is { } path)
        {
            var keys = new WatchedApiKeys(path, app.Logger);
            app.Lifetime.ApplicationStopped.Register(keys.Dispose);
            app.UseApiKeys(keys);
        }
    }

    // Logs what the store cannot list, and prunes it once the server runs.
    private static void WatchStore(ModelStore store, WebApplication app, bool keepsUnusedBlobs)
    {
        store.LeftOut = (name, fault) => Log.LeftOut(app.Logger, name, fault.Message);
        if (!keepsUnusedBlobs)
        {
            app.Lifetime.ApplicationStarted.Register(() => Prune(store, app.Logger));
        }
    }

    private static void MapRoutes(WebApplication app, LocalInferenceServerOptions options)
    {
        app.MapOllamaApi(options);
        app.MapOpenAIApi(options);
        app.MapAnthropicApi(options);
        app.MapLlamaServerApi(options);
        app.MapModelMetrics();
        app.MapServerHealth();
        app.MapOpenApiDocument();
    }

    // What was sent for models that were never made, and what deletions had to leave; but not what a download that was broken off goes on
    // with, which stays for two weeks.
    private static void Prune(ModelStore store, ILogger log)
    {
        try
        {
            long freed = store.Prune(s_unusedFor);
            if (freed > 0)
            {
                Log.Pruned(log, freed);
            }
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            Log.PruneFailed(log, e.Message);
        }
    }

    // Ollama's words; clients show them.
    private static async Task NameUnknownPagesAsync(HttpContext context, RequestDelegate next)
    {
        await next(context).ConfigureAwait(false);
        if (context.Response is { StatusCode: StatusCodes.Status404NotFound, HasStarted: false } && context.GetEndpoint() is null)
        {
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync("404 page not found", context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "Deleted {Bytes} bytes of blobs that no model needs")]
        public static partial void Pruned(ILogger logger, long bytes);

        [LoggerMessage(3, LogLevel.Warning, "Blobs that no model needs stay: {Reason}")]
        public static partial void PruneFailed(ILogger logger, string reason);

        [LoggerMessage(4, LogLevel.Warning, "{Model} is not listed: {Reason}")]
        public static partial void LeftOut(ILogger logger, string model, string reason);
    }
}
