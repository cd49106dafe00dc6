using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Providers.Tests;

/// <summary>This project's own server over a script: what the adapters are written for, in its real form.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private OwnServer(WebApplication application) => _application = application;

    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Starts it.</summary>
    /// <param name="generator">The local models.</param>
    /// <param name="remote">Models of other machines; <see langword="null"/>: none.</param>
    public static async Task<OwnServer> StartAsync(ITextGenerator generator, ProvidersOptions? remote = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore().AddSingleton(generator).AddSingleton<IEmbedder>(new ScriptedEmbedder(8)).AddSingleton<IModelCatalog>(new Catalog()).AddSingleton<ITokenCounter>(new Counter());
        if (remote is not null)
        {
            builder.Services.AddLocalInferenceProviders(remote);
        }

        WebApplication application = builder.Build();
        application.MapOllamaApi();
        application.MapOpenAIApi();
        application.MapAnthropicApi();
        await application.StartAsync();
        return new OwnServer(application);
    }

    public RemoteProvider Provider(ProviderKind kind) => new(new ProviderOptions
    {
        Name = "own",
        Kind = kind,
        Address = kind is ProviderKind.Ollama or ProviderKind.Anthropic ? Address : new Uri(Address, "/v1"),
        Resilience = TestProviders.Quick,
        DefaultModel = "script",
    });

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    // As the local models': of others there is no vocabulary.
    private sealed class Counter : ITokenCounter
    {
        public ValueTask<TokenCount> CountTokensAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
            request.Model is null or "script" ? ValueTask.FromResult(new TokenCount(77, IsEstimate: false)) : throw ScriptedFailure.ModelNotFound(request.Model);
    }

    private sealed class Catalog : IModelCatalog
    {
        private static readonly ModelDescription s_model = new()
        {
            Name = "script",
            ProviderName = "scripted",
            ContextLength = 4096,
            Capabilities = ModelCapabilities.Chat | ModelCapabilities.Completion | ModelCapabilities.Tools | ModelCapabilities.Reasoning | ModelCapabilities.Embedding,
        };

        // As a host's list, which says nothing that only the model's file tells.
        public ValueTask<IReadOnlyList<ModelDescription>> ListModelsAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromResult<IReadOnlyList<ModelDescription>>([s_model with { Capabilities = ModelCapabilities.None, ContextLength = null }]);

        public ValueTask<ModelDescription?> FindModelAsync(string model, CancellationToken cancellationToken = default) => ValueTask.FromResult(model == s_model.Name ? s_model : null);
    }
}
