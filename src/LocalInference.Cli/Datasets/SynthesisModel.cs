using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Run;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Cli.Datasets;

/// <summary>A model that makes or judges samples: one of the settings, as <c>run</c> takes them, or one of this machine, in this process.</summary>
internal sealed class SynthesisModel : IAsyncDisposable
{
    private readonly IAsyncDisposable _owner;

    private SynthesisModel(ITextGenerator generator, string name, IAsyncDisposable owner)
    {
        Client = generator.AsIChatClient(new TextGeneratorChatClientOptions { Model = name });
        _owner = owner;
    }

    public IChatClient Client { get; }

    /// <summary>Finds a model. One of this machine is loaded by the first request.</summary>
    /// <exception cref="CliException">The settings cannot be read, or flags say how to load a model that runs elsewhere.</exception>
    public static async Task<SynthesisModel> OpenAsync(CliServices services, string name, LocalModelOptions options, string? settingsFile, CancellationToken cancellationToken)
    {
        RunSettings settings = new() { Model = name, Prompt = "", ModelOptions = options, Generation = new GenerationFlags(), SettingsFile = settingsFile };
        if (RoutedModels.Find(services, settings) is { } routed)
        {
            return new SynthesisModel(routed.Generator, name, routed);
        }

        ModelLocation location = await StoredModelFile.FindAsync(services.OpenStore, name, options, cancellationToken).ConfigureAwait(false);
        ServiceCollection collection = new();
        collection.AddSingleton(services.Time);
        collection.AddLocalInference().AddModel(location with { Name = name });
        ServiceProvider provider = collection.BuildServiceProvider();
        return new SynthesisModel(provider.GetRequiredService<ITextGenerator>(), name, provider);
    }

    public ValueTask DisposeAsync() => _owner.DisposeAsync();
}
