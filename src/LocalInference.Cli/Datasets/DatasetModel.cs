using LocalInference.Cli.Models;

namespace LocalInference.Cli.Datasets;

/// <summary>The model whose template and vocabulary a dataset is read with.</summary>
internal static class DatasetModel
{
    // Nothing is generated; the cache may be as small as it gets, and the weights stay in the file.
    private static readonly LocalModelOptions s_options = new() { ContextLength = 256, GpuLayers = 0 };

    public static async Task<LocalModel> LoadAsync(string model, CancellationToken cancellationToken)
    {
        (string path, _) = await StoredModelFile.FindAsync(model, s_options, cancellationToken).ConfigureAwait(false);
        return await LocalModel.LoadAsync(path, s_options, progress: null, cancellationToken).ConfigureAwait(false);
    }
}
