using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Models;

/// <summary>Lets commands take the name of a model in the store where they take the path of a file. A file goes first, the guide last.</summary>
internal static class StoredModelFile
{
    /// <summary>Where a model is, and what it says of itself; what the command line says goes before it.</summary>
    public static async Task<ModelLocation> FindAsync(Func<ModelStore> openStore, string model, LocalModelOptions options, CancellationToken cancellationToken)
    {
        if (Path.Exists(model))
        {
            return new ModelLocation(model, model) { Options = options };
        }

        using ModelStore store = openStore();
        ModelLocation? location = await store.FindAsync(model, cancellationToken).ConfigureAwait(false) ?? GuideModel.Find(model);
        return location is null ? new ModelLocation(model, model) { Options = options } : LoadedAs(location, options);
    }

    /// <summary>The options with the path of the draft model in the place of its name.</summary>
    public static async Task<LocalModelOptions> WithDraftAsync(Func<ModelStore> openStore, LocalModelOptions options, CancellationToken cancellationToken) => options.DraftModelPath is { } draft
        ? options with { DraftModelPath = (await FindAsync(openStore, draft, new LocalModelOptions(), cancellationToken).ConfigureAwait(false)).Path }
        : options;

    /// <summary>Where a model's file is, for commands that take nothing but that file.</summary>
    /// <exception cref="CliException">It has adapters, so that the file alone is another model.</exception>
    public static async Task<string> FindPathAsync(Func<ModelStore> openStore, string model, CancellationToken cancellationToken)
    {
        ModelLocation location = await FindAsync(openStore, model, new LocalModelOptions(), cancellationToken).ConfigureAwait(false);
        return location.Options.Adapters.Count == 0
            ? location.Path
            : throw new CliException($"'{model}' has adapters, which would be left out.", $"Merge it first: localinference merge {model} OUT.gguf");
    }

    /// <summary>A model, loaded as the command line says, and where that says nothing, or has no flag, as the model itself does.</summary>
    public static ModelLocation LoadedAs(ModelLocation model, LocalModelOptions options) => model with
    {
        Options = options with
        {
            ContextLength = options.ContextLength ?? model.Options.ContextLength,
            BatchSize = model.Options.BatchSize,
            UseMemoryMapping = model.Options.UseMemoryMapping,
            GpuLayers = options.GpuLayers ?? model.Options.GpuLayers,
            Threads = options.Threads ?? model.Options.Threads,
            MainGpu = options.MainGpu ?? model.Options.MainGpu,
            Adapters = options.Adapters.Count > 0 ? options.Adapters : model.Options.Adapters,
            DraftModelPath = options.Speculation == SpeculationMode.Off ? model.Options.DraftModelPath : options.DraftModelPath,
            Speculation = options.Speculation == SpeculationMode.Off ? model.Options.Speculation : options.Speculation,
        },
    };
}
