namespace LocalInference.Cli.Models;

/// <summary>Loads models into the engine of this process.</summary>
internal sealed class EngineModelLoader : IModelLoader
{
    public async Task<ILoadedModel> LoadAsync(
        string path,
        LocalModelOptions options,
        IProgress<ModelLoadProgress>? progress,
        CancellationToken cancellationToken) =>
        new EngineModel(await LocalModel.LoadAsync(path, options, progress, cancellationToken).ConfigureAwait(false));
}
