using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Fetches a model's manifest and what it names.</summary>
/// <param name="root">Where it goes.</param>
/// <param name="client">Where it comes from.</param>
/// <param name="name">The model.</param>
/// <param name="sha256">What its weights must be; <see langword="null"/>: whatever the registry has.</param>
/// <param name="options">How.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class ModelPull(StoreRoot root, RegistryClient client, ModelName name, string? sha256, PullOptions options, TransferProgress progress)
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
        if (sha256 is not null && manifest.OfType(MediaTypes.Model).All(layer => layer.Digest.Hex != sha256))
        {
            throw ExceptionFactory.DigestMismatch($"'{name}'", $"sha256:{sha256}", manifest.OfType(MediaTypes.Model).FirstOrDefault()?.Digest.ToString() ?? "none");
        }

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
