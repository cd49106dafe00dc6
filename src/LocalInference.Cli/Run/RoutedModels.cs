using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Cli.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Cli.Run;

/// <summary>The models that a person's settings name: those of providers, and routes over them and the models of the store.</summary>
internal sealed class RoutedModels : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ModelStore? _store;

    private RoutedModels(ServiceProvider services, ModelStore? store)
    {
        _services = services;
        _store = store;
    }

    public ITextGenerator Generator => _services.GetRequiredService<ITextGenerator>();

    /// <summary>What leads to a model by the settings; <see langword="null"/>: they say nothing of the name, and it is a model of this machine.</summary>
    /// <exception cref="CliException">The settings cannot be read, or flags say how to load a model that runs elsewhere.</exception>
    public static RoutedModels? Find(CliServices services, RunSettings settings)
    {
        // What is given as a file is that file.
        if (Path.Exists(settings.Model))
        {
            return null;
        }

        IConfiguration configuration = UserSettings.Read(services.Variable, settings.SettingsFile);
        if (Has(configuration, "Routes", settings.Model))
        {
            ModelStore store = services.OpenStore();
            var routed = new ServiceCollection();
            routed.AddLocalInference().UseModels(new ServedStore(store, settings.ModelOptions, contextLength: null, Timeout.InfiniteTimeSpan));
            return Build(services, configuration, routed, store);
        }

        int slash = settings.Model.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !Has(configuration, "Providers", settings.Model[..slash]))
        {
            return null;
        }

        return settings.IsLoadedAsSaid
            ? throw CliException.Usage($"'{settings.Model}' runs elsewhere, and nobody here can say how it is loaded.", "Leave out the flags for context, GPU layers, threads, adapters, drafts and caches.")
            : Build(services, configuration, new ServiceCollection(), store: null);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync().ConfigureAwait(false);
        _store?.Dispose();
    }

    private static RoutedModels Build(CliServices services, IConfiguration configuration, ServiceCollection collection, ModelStore? store)
    {
        try
        {
            collection.AddSingleton(services.Time);
            collection.AddLocalInferenceProviders(configuration);
            collection.AddLocalInferenceUsage(configuration);
            return new RoutedModels(collection.BuildServiceProvider(), store);
        }
        catch
        {
            store?.Dispose();
            throw;
        }
    }

    // Not by Exists(), which says no of an empty object ("openai": {}), though that is all that a known provider needs.
    private static bool Has(IConfiguration configuration, string section, string name)
    {
        string path = ConfigurationPath.Combine(section, name);
        return configuration.GetSection(ConfigurationPath.GetParentPath(path)!).GetChildren().Any(child => child.Path.Equals(path, StringComparison.OrdinalIgnoreCase));
    }
}
