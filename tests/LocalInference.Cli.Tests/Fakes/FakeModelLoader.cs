using LocalInference.Cli.Models;

namespace LocalInference.Cli.Tests.Fakes;

/// <summary>Hands out one model, after whatever a test wants to happen during the load.</summary>
internal sealed class FakeModelLoader(ILoadedModel model) : IModelLoader
{
    public string? Path { get; private set; }

    public LocalModelOptions? Options { get; private set; }

    public Func<CancellationToken, Task> WhileLoading { get; set; } = static _ => Task.CompletedTask;

    public async Task<ILoadedModel> LoadAsync(string path, LocalModelOptions options, IProgress<ModelLoadProgress>? progress, CancellationToken cancellationToken)
    {
        Path = path;
        Options = options;
        progress?.Report(new ModelLoadProgress(0.5f));
        await WhileLoading(cancellationToken);
        progress?.Report(new ModelLoadProgress(1));
        return model;
    }
}
