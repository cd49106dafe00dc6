namespace LocalInference.Cli.Models;

/// <summary>Loads models into the engine of this process.</summary>
internal sealed class EngineModelLoader : IModelLoader
{
    public async Task<ILoadedModel> LoadAsync(
        string path,
        LocalModelOptions options,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken)
    {
        (string file, LocalModelOptions settings) = await StoredModelFile.FindAsync(path, options, cancellationToken).ConfigureAwait(false);
        return new EngineModel(await LocalModel.LoadAsync(file, settings, progress, cancellationToken).ConfigureAwait(false));
    }
}
