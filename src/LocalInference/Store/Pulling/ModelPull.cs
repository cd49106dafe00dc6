using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Fetches a model's manifest and what it names.</summary>
/// <param name="root">Where it goes.</param>
/// <param name="client">Where it comes from.</param>
/// <param name="name">The model.</param>
/// <param name="check">Told the manifest before anything else is fetched; throws if the model must not be had.</param>
/// <param name="options">How.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class ModelPull(StoreRoot root, RegistryClient client, ModelName name, Action<ModelManifest> check, PullOptions options, TransferProgress progress)
{
    /// <summary>Adds all blobs. The caller holds the store's lock until it has written the manifest.</summary>
    /// <returns>The manifest, byte for byte.</returns>
    /// <exception cref="LocalInferenceException">It cannot be had, or the disk has no room.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task<byte[]> RunAsync(CancellationToken cancellationToken)
    {
        progress.Report("pulling manifest");
        byte[] json = await client.GetManifestAsync(cancellationToken).ConfigureAwait(false);
        ModelManifest manifest = ModelManifest.Parse(json, name.ToString());
        check(manifest);
        ManifestLayer[] missing = [.. manifest.Blobs.DistinctBy(static blob => blob.Digest).Where(blob => !root.Holds(blob))];
        PrivateFile.CreateFolder(root.Blobs);
        DiskSpace.Require(root.Blobs, ByteSum.Of(missing.Select(blob => blob.Size - DownloadFile.ReadFilled(root, blob))));
        BandwidthLimiter limiter = new(options.MaxBytesPerSecond);
        foreach (ManifestLayer blob in manifest.Layers.Append(manifest.Config).DistinctBy(static blob => blob.Digest))
        {
            await new BlobDownload((range, stop) => client.GetBlobAsync(blob.Digest, range, stop), root, blob, options, limiter, completed => progress.Report(blob, completed)).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        progress.Report("verifying sha256 digest");
        return json;
    }
}
