namespace LocalInference.Cli.Models;

/// <summary>Loads models into the engine of this process.</summary>
/// <param name="openStore">Opens the store that names are looked up in.</param>
internal sealed class EngineModelLoader(Func<ModelStore> openStore) : IModelLoader
{
    public async Task<ILoadedModel> LoadAsync(
        string path,
        LocalModelOptions options,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken)
    {
        ModelLocation location = await StoredModelFile.FindAsync(openStore, path, options, cancellationToken).ConfigureAwait(false);
        LocalModel model = await LocalModel.LoadAsync(location.Path, location.Options, progress, cancellationToken).ConfigureAwait(false);
        return new EngineModel(model, location.Sampling, location.Defaults);
    }
}
