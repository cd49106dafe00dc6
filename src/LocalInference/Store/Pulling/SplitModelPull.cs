using System.Net.Http.Headers;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Fetches the parts of a split model from a repository of Hugging Face, and makes one model of them.</summary>
/// <param name="store">Where it goes.</param>
/// <param name="client">Where it comes from.</param>
/// <param name="name">The model.</param>
/// <param name="target">What it is called in the store.</param>
/// <param name="options">How.</param>
/// <param name="progress">Told how far it is.</param>
/// <param name="listener">Told what is made of them.</param>
internal sealed class SplitModelPull(ModelStore store, RegistryClient client, ModelName name, ModelName target, PullOptions options, TransferProgress progress, IProgress<StoreProgress>? listener)
{
    private readonly StoreRoot _root = store.Own.Root;

    /// <summary>Adds all blobs. The caller holds the store's lock until it has written the manifest.</summary>
    /// <returns>The manifest, and the parts, which nothing needs any more.</returns>
    /// <exception cref="LocalInferenceException">They cannot be had, or are no model.</exception>
    /// <exception cref="IOException">They cannot be written.</exception>
    public async Task<(byte[] Manifest, BlobDigest[] Parts)> RunAsync(CancellationToken cancellationToken)
    {
        byte[] list = await client.GetDocumentAsync($"api/models/{name.Namespace}/{name.Model}/tree/main?recursive=true", cancellationToken).ConfigureAwait(false);
        ManifestLayer[] parts = SplitFiles.Choose(list, name, client.Host);
        if (FindMadeOf(parts) is { } same)
        {
            return (same.Json, []);
        }

        PrivateFile.CreateFolder(_root.Blobs);

        // The parts, and then the one file that is made of them.
        long total = ByteSum.Of(parts.Select(static part => part.Size));
        DiskSpace.Require(_root.Blobs, ByteSum.Of(total, ByteSum.Of(parts.Where(part => !_root.Holds(part)).Select(part => part.Size - DownloadFile.ReadFilled(_root, part)))));
        BandwidthLimiter limiter = new(options.MaxBytesPerSecond);
        foreach (ManifestLayer part in parts)
        {
            string path = $"{name.Namespace}/{name.Model}/resolve/main/{string.Join('/', part.Name!.Split('/').Select(Uri.EscapeDataString))}";
            await new BlobDownload(Open(path), _root, part, options, limiter, completed => progress.Report(part, completed)).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        ModelManifest manifest = await MergeAsync(parts, cancellationToken).ConfigureAwait(false);
        return (manifest.ToJson(), [.. parts.Select(static part => part.Digest)]);
    }

    // What an earlier pull made of the same parts, which were not kept.
    private IndexedModel? FindMadeOf(ManifestLayer[] parts)
    {
        try
        {
            return store.Own.Models.TryGetValue(target.Full, out IndexedModel? known) && known.IsComplete && known.Config.SplitParts?.SequenceEqual(Digests(parts), StringComparer.Ordinal) == true
                ? known
                : null;
        }
        catch (StoreException)
        {
            // Its configuration is damaged: it is made anew.
            return null;
        }
    }

    private static string[] Digests(ManifestLayer[] parts) => [.. parts.Select(static part => part.Digest.ToString())];

    private Func<RangeHeaderValue?, CancellationToken, Task<HttpResponseMessage>> Open(string path) => (range, cancellationToken) => client.GetFileAsync(path, range, cancellationToken);

    // Parts are found by their names, which blobs do not have.
    private async Task<ModelManifest> MergeAsync(ManifestLayer[] parts, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(_root.Blobs, $"{StoreRoot.TemporaryPrefix}{Guid.NewGuid():n}");
        PrivateFile.CreateFolder(folder);
        try
        {
            foreach (ManifestLayer part in parts)
            {
                Link(Path.Combine(folder, Path.GetFileName(part.Name!)), _root.BlobPath(part.Digest));
            }

            Modelfile recipe = new(new ModelfileInstruction(ModelfileKeyword.From, folder));
            return await new ModelCreation(store, recipe, new CreateOptions { Folder = folder }, quantization: null, pull: null, listener) { SplitParts = Digests(parts) }.BuildAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Link(string path, string target)
    {
        try
        {
            File.CreateSymbolicLink(path, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows lets only some users make links.
            File.Copy(target, path);
        }
    }
}
