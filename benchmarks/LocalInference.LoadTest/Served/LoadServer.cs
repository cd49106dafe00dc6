using LocalInference.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LocalInference.LoadTest.Served;

/// <summary>All interfaces over one model, in this process, on loopback.</summary>
internal sealed class LoadServer : IAsyncDisposable
{
    /// <summary>The model's name.</summary>
    public const string Model = "model";

    private readonly WebApplication _app;

    private LoadServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Starts it.</summary>
    /// <param name="path">The model's file.</param>
    /// <param name="options">How it is loaded; <see langword="null"/>: defaults.</param>
    /// <param name="port">Where it answers; 0: any port.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LoadServer> StartAsync(string path, LocalModelOptions? options = null, int port = 0, CancellationToken cancellationToken = default)
    {
        var server = new LocalInferenceServerOptions();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.UseRequestLimits(server)).UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddRoutingCore().AddRequestDrain(server).AddDirectSends();
        builder.Services.AddLocalInference().AddModel(Model, path, options);
        WebApplication app = builder.Build();
        app.UseRequestOriginCheck(new RequestOriginOptions());
        app.UseRequestDrain();
        app.MapOllamaApi(server);
        app.MapOpenAIApi(server);
        app.MapAnthropicApi(server);
        app.MapLlamaServerApi(server);
        app.MapModelMetrics();
        await app.StartAsync(cancellationToken);
        return new LoadServer(app);
    }

    /// <summary>Waits until this process is asked to end.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
