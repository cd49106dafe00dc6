using System.Text;
using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>The endpoints in a real Kestrel on a port of its own.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    /// <summary>Its routes.</summary>
    public IEnumerable<RouteEndpoint> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>();

    /// <summary>Stops it, as a signal to the process does.</summary>
    public Task StopAsync() => _app.StopAsync();

    public HttpClient Client { get; }

    /// <summary>Starts a server with these services.</summary>
    public static async Task<LoopbackServer> StartAsync(Action<IServiceCollection> register, Action<WebApplication>? use = null, LocalInferenceServerOptions? options = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        options ??= new LocalInferenceServerOptions();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.UseRequestLimits(options)).UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddRequestDrain(options).AddDirectSends();
        register(builder.Services);
        WebApplication app = builder.Build();
        app.UseRequestDrain();
        use?.Invoke(app);
        app.MapOllamaApi(options);
        app.MapOpenAIApi(options);
        app.MapAnthropicApi(options);
        app.MapLlamaServerApi(options);
        app.MapServerHealth();
        app.MapOpenApiDocument();
        await app.StartAsync();
        return new LoopbackServer(app);
    }

    /// <summary>Starts a server over a script, with everything else played too.</summary>
    public static Task<LoopbackServer> StartAsync(ScriptedTextGenerator generator, FakeModels? models = null, LocalInferenceServerOptions? options = null)
    {
        models ??= new FakeModels(FakeModels.Chat, FakeModels.Thinker, FakeModels.Plain);
        return StartAsync(
            services => services
                .AddSingleton<ITextGenerator>(generator)
                .AddSingleton<IModelCatalog>(models)
                .AddSingleton<IModelLifetime>(models)
                .AddSingleton<IRuntimeStatus>(models)
                .AddSingleton<IEmbedder>(new ScriptedEmbedder(8))
                .AddSingleton<IReranker>(new FakeReranker())
                .AddSingleton<IPromptTokenizer>(new FakeTokenizer())
                .AddSingleton<ITokenCounter>(new FakeTokenizer()),
            options: options);
    }

    public async Task<WireAnswer> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await WireAnswer.ReadAsync(await Client.PostAsync(new Uri(path, UriKind.Relative), content));
    }

    public async Task<WireAnswer> GetAsync(string path) => await WireAnswer.ReadAsync(await Client.GetAsync(new Uri(path, UriKind.Relative)));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
