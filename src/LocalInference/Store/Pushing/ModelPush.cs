using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Brings all that a model consists of into its repository, and the manifest last.</summary>
/// <param name="uploads">The repository.</param>
/// <param name="model">The model.</param>
/// <param name="others">The models of this machine, whose blobs the registry may have already.</param>
/// <param name="options">How.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class ModelPush(RegistryUploads uploads, IndexedModel model, IReadOnlyList<IndexedModel> others, PushOptions options, TransferProgress progress)
{
    // A registry asked for one after the other should not take longer than the upload.
    private const int MostRepositories = 3;

    /// <exception cref="LocalInferenceException">The registry does not take it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        progress.Report("retrieving manifest");
        BandwidthLimiter limiter = new(options.MaxBytesPerSecond);
        foreach (ManifestLayer blob in model.Manifest.Layers.Append(model.Manifest.Config).DistinctBy(static blob => blob.Digest))
        {
            BlobUpload upload = new(uploads, model.Root.BlobPath(blob.Digest), blob, Repositories(blob), options, limiter, sent => progress.Report(blob, sent));
            await upload.RunAsync(cancellationToken).ConfigureAwait(false);
        }

        progress.Report("pushing manifest");
        string mediaType = model.Manifest.MediaType ?? MediaTypes.Manifest;
        await Retry.RunAsync(options, $"'{model.Name}'", () => uploads.PutManifestAsync(model.Json, mediaType, cancellationToken), static () => 0, cancellationToken).ConfigureAwait(false);
        progress.Report("success");
    }

    private string[] Repositories(ManifestLayer blob) =>
    [
        .. others
            .Where(other => string.Equals(other.Name.Host, model.Name.Host, StringComparison.OrdinalIgnoreCase) && other.IsComplete && other.Manifest.Blobs.Any(held => held.Digest == blob.Digest))
            .Select(static other => $"{other.Name.Namespace}/{other.Name.Model}")
            .Where(repository => repository != $"{model.Name.Namespace}/{model.Name.Model}")
            .Distinct(StringComparer.Ordinal)
            .Take(MostRepositories),
    ];
}
