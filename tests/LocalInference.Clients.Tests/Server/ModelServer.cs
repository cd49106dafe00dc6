using LocalInference.Abstractions;
using LocalInference.Server;
using LocalInference.TestModels;
using LocalInference.Tests.Store.Pulling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Clients.Tests.Server;

/// <summary>
/// All three interfaces in a real Kestrel, over tiny models: <c>chat</c>, whose answers are forced, and <c>embed</c>. Beside them there is
/// an empty store, and a registry with <c>library/tiny:t</c>.
/// </summary>
public sealed class ModelServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-clients-").FullName;
    private readonly ModelStore _store;
    private readonly WebApplication _app;

    /// <summary>Puts it together.</summary>
    public ModelServer()
    {
        string chat = TestModel.WriteTo(_folder, TestModelSpec.Qwen2 with { Name = "tiny-qwen2-clients", ContextLength = 2048 });
        _store = ModelStore.Open(new ModelStoreOptions { Directory = Path.Combine(_folder, "store"), ReadOnlyDirectories = [] });
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        builder.Services.AddLocalInference()
            .AddModel("chat", chat)
            .AddModel("embed", TestModel.WriteTo(_folder, TestModelSpec.Bert))
            .UseModels(_store);
        builder.Services.AddSingleton<IModelStore>(_store);
        builder.Services.AddSingleton<TestRegistry>();
        builder.Services.AddSingleton<ITextGenerator>(static services => new ForcedGenerator(services.GetRequiredKeyedService<ITextGenerator>("chat")));
        builder.Services.AddBatches(new BatchOptions { Directory = Path.Combine(_folder, "batches") });
        _app = builder.Build();
        _app.Services.GetRequiredService<TestRegistry>().Offer("library/tiny:t", (MediaTypes.Model, File.ReadAllBytes(chat)), (MediaTypes.Config, "{}"u8.ToArray()));
        _app.MapOllamaApi();
        _app.MapOpenAIApi();
        _app.MapAnthropicApi();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.Single());

    /// <summary>The registry's host and port.</summary>
    public string Registry => _app.Services.GetRequiredService<TestRegistry>().Host;

    /// <inheritdoc/>
    public Task InitializeAsync() => _app.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
