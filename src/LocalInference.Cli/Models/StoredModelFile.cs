namespace LocalInference.Cli.Models;

/// <summary>Lets commands take the name of a model in the store where they take the path of a file. A file goes first.</summary>
internal static class StoredModelFile
{
    public static async Task<(string Path, LocalModelOptions Options)> FindAsync(string model, LocalModelOptions options, CancellationToken cancellationToken)
    {
        if (Path.Exists(model))
        {
            return (model, options);
        }

        using ModelStore store = ModelStore.Open();
        return await store.FindAsync(model, cancellationToken).ConfigureAwait(false) is not { } location ? (model, options) : (location.Path, options with
        {
            ContextLength = options.ContextLength ?? location.Options.ContextLength,
            GpuLayers = options.GpuLayers ?? location.Options.GpuLayers,
            Threads = options.Threads ?? location.Options.Threads,
            Adapters = options.Adapters.Count > 0 ? options.Adapters : location.Options.Adapters,
        });
    }
}
