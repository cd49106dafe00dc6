using LocalInference.Abstractions;
using LocalInference.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LocalInference.Cli.Serve;

/// <summary>The web server over the models of the command line, or those of the store.</summary>
internal static class ServerApplication
{
    public static WebApplication Create(ServeSettings settings, ModelStore? store)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(settings.Address);
        });
        builder.Services.AddRoutingCore();

        // It stops by SIGTERM and Ctrl-C; what it is doing is said by the command.
        builder.Services.Configure<ConsoleLifetimeOptions>(static lifetime => lifetime.SuppressStatusMessages = true);
        builder.Logging
            .AddSimpleConsole(static console => console.SingleLine = true)
            .SetMinimumLevel(settings.IsVerbose ? LogLevel.Debug : LogLevel.Information)
            .AddFilter("Microsoft", settings.IsVerbose ? LogLevel.Information : LogLevel.Warning);
        builder.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        LocalInferenceBuilder models = builder.Services.AddLocalInference();
        foreach (ModelLocation model in settings.Models)
        {
            models.AddModel(model);
        }

        if (store is not null)
        {
            models.UseModels(new ServedStore(store, settings.Loading, settings.KeepAlive));
            builder.Services.AddSingleton<IModelStore>(store);
        }

        if (settings.Providers is { } providers && (providers.GetSection("Providers").Exists() || providers.GetSection("Routes").Exists()))
        {
            builder.Services.AddLocalInferenceProviders(providers);
        }

        WebApplication app = builder.Build();
        app.UseRequestOriginCheck(settings.Origins);
        app.Use(NameUnknownPagesAsync);
        app.UseApiKeys(new ApiKeyOptions { Keys = settings.Keys });
        app.MapOllamaApi(new LocalInferenceServerOptions());
        app.MapOpenAIApi(new LocalInferenceServerOptions());
        app.MapAnthropicApi(new LocalInferenceServerOptions());
        app.MapModelMetrics();
        MapHealth(app);
        return app;
    }

    // Alive: it answers. Ready: it also takes more work.
    private static void MapHealth(WebApplication app)
    {
        CancellationToken stopping = app.Lifetime.ApplicationStopping;
        app.MapGet("/healthz", static context => context.Response.WriteAsync("ok", context.RequestAborted));
        app.MapGet("/readyz", context =>
        {
            bool ends = stopping.IsCancellationRequested;
            context.Response.StatusCode = ends ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            return context.Response.WriteAsync(ends ? "stopping" : "ok", context.RequestAborted);
        });
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
}
