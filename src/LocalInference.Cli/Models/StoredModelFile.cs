namespace LocalInference.Cli.Models;

/// <summary>Lets commands take the name of a model in the store where they take the path of a file. A file goes first.</summary>
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
        return await store.FindAsync(model, cancellationToken).ConfigureAwait(false) is not { } location ? new ModelLocation(model, model) { Options = options } : location with
        {
            Options = options with
            {
                ContextLength = options.ContextLength ?? location.Options.ContextLength,
                GpuLayers = options.GpuLayers ?? location.Options.GpuLayers,
                Threads = options.Threads ?? location.Options.Threads,
                MainGpu = options.MainGpu ?? location.Options.MainGpu,
                Adapters = options.Adapters.Count > 0 ? options.Adapters : location.Options.Adapters,
            },
        };
    }
}
