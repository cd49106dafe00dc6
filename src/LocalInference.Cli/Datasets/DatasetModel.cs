using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Datasets;

/// <summary>The model whose template and vocabulary a dataset is read with.</summary>
internal static class DatasetModel
{
    // Nothing is generated; the cache may be as small as it gets, and the weights stay in the file.
    private static readonly LocalModelOptions s_options = new() { ContextLength = 256, GpuLayers = 0 };

    public static async Task<LocalModel> LoadAsync(CliServices services, string model, CancellationToken cancellationToken)
    {
        ModelLocation location = await StoredModelFile.FindAsync(services.OpenStore, model, s_options, cancellationToken).ConfigureAwait(false);
        return await LocalModel.LoadAsync(location.Path, s_options, progress: null, cancellationToken).ConfigureAwait(false);
    }
}
