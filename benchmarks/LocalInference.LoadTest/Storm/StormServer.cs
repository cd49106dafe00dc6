using LocalInference.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.LoadTest.Storm;

/// <summary>All interfaces over one model, in this process, on a port of its own.</summary>
internal sealed class StormServer : IAsyncDisposable
{
    public const string Model = "storm";

    private readonly WebApplication _app;

    private StormServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<StormServer> StartAsync(string path, CancellationToken cancellationToken)
    {
        var options = new LocalInferenceServerOptions();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.UseRequestLimits(options)).UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddRequestDrain(options);
        builder.Services.AddLocalInference().AddModel(Model, path);
        WebApplication app = builder.Build();
        app.UseRequestOriginCheck(new RequestOriginOptions());
        app.UseRequestDrain();
        app.MapOllamaApi(options);
        app.MapOpenAIApi(options);
        app.MapAnthropicApi(options);
        app.MapLlamaServerApi(options);
        app.MapModelMetrics();
        await app.StartAsync(cancellationToken);
        return new StormServer(app);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
