using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Compares all that a store holds with its digests.</summary>
internal static class StoreVerification
{
    public static async Task<List<StoreFault>> RunAsync(ModelIndex index, IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        StoreRoot root = index.Root;
        List<StoreFault> faults = [];
        Dictionary<BlobDigest, string> users = [];
        foreach (IndexedModel model in index.Models.Values)
        {
            try
            {
                model.RequireComplete();
            }
            catch (StoreException e)
            {
                faults.Add(new StoreFault(model.Name.ToString(), e.Message));
                continue;
            }

            foreach (ManifestLayer blob in model.Manifest.Blobs)
            {
                users.TryAdd(blob.Digest, model.Name.ToString());
            }
        }

        FileInfo[] blobs = Directory.Exists(root.Blobs) ? new DirectoryInfo(root.Blobs).GetFiles() : [];
        long total = ByteSum.Of(blobs.Select(static blob => blob.Length));
        long done = 0;
        foreach (FileInfo blob in blobs)
        {
            if (BlobDigest.TryParse(blob.Name, out BlobDigest digest)
                && await FindFaultAsync(blob, digest, bytes => Report(progress, digest, done + bytes, total), cancellationToken).ConfigureAwait(false) is { } problem)
            {
                faults.Add(new StoreFault(users.GetValueOrDefault(digest), problem));
            }

            done += blob.Length;
        }

        return faults;
    }

    private static void Report(IProgress<StoreProgress>? progress, BlobDigest digest, long done, long total) =>
        progress?.Report(new StoreProgress("verifying sha256 digest") { Digest = digest.ToString(), Completed = done, Total = total });

    private static async Task<string?> FindFaultAsync(FileInfo blob, BlobDigest digest, Action<long> hashed, CancellationToken cancellationToken)
    {
        try
        {
            using FileStream file = PrivateFile.Open(blob.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            BlobDigest actual = await BlobStore.HashAsync(file, target: null, hashed, cancellationToken).ConfigureAwait(false);
            return actual == digest ? null : $"The blob {digest} holds what has the digest {actual}";
        }
        catch (FileNotFoundException)
        {
            // Somebody has removed it meanwhile, with the model that needed it.
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The blob {digest} cannot be read: {e.Message}";
        }
    }
}
