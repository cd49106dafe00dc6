namespace LocalInference.Cli.Models;

/// <summary>Loads a model from a path.</summary>
internal interface IModelLoader
{
    Task<ILoadedModel> LoadAsync(string path, LocalModelOptions options, IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken);
}
