using LocalInference.Abstractions;
using LocalInference.TestModels;
using LocalInference.Tests;
using LocalInference.Tests.Chat;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

/// <summary>The local chat client's scenarios through an adapter, this project's own server and the engine behind it.</summary>
public abstract class AdapterScenarios(ModelFixture fixture, ProviderKind kind) : ChatClientScenarios, IAsyncLifetime
{
    private OwnServer? _server;
    private RemoteProvider? _provider;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _provider?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    protected override async Task<IChatClient> ClientOf(TestModelSpec spec)
    {
        LocalModel model = await fixture.ModelOf(spec);
        _server = await OwnServer.StartAsync(model.AsTextGenerator(new LocalTextGeneratorOptions { ModelName = "script" }));
        _provider = _server.Provider(kind);
        return _provider.Generator.AsIChatClient();
    }
}
