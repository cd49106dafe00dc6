using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Deletes blobs that no manifest names.</summary>
internal static class BlobCollector
{
    // As long as Ollama leaves them: it may be writing blobs of a model, and knows nothing of our lock.
    private static readonly TimeSpan s_strangerAge = TimeSpan.FromHours(1);

    // Parts of a download that nobody came back for.
    private static readonly TimeSpan s_downloadAge = TimeSpan.FromDays(14);

    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false, RecurseSubdirectories = true };

    /// <summary>Deletes those of some blobs that nothing needs any more, if nobody adds blobs at present; else they stay for the next time.</summary>
    /// <param name="root">The store.</param>
    /// <param name="candidates">The blobs; <see langword="null"/>: all that have not been written just now, and what writers left behind.</param>
    /// <param name="unusedFor">How long other blobs have been there; <see langword="null"/>: an hour.</param>
    /// <returns>The bytes that are free now.</returns>
    /// <exception cref="StoreException">The store cannot be written to.</exception>
    public static long Collect(StoreRoot root, IReadOnlyCollection<BlobDigest>? candidates, TimeSpan? unusedFor = null)
    {
        using StoreLock? alone = StoreLock.TryTakeAlone(root);
        if (alone is null || !Directory.Exists(root.Blobs) || ReadNeeded(root) is not { } needed)
        {
            return 0;
        }

        long freed = 0;
        DateTime now = DateTime.UtcNow;
        foreach (string folder in Directory.GetDirectories(root.Blobs, StoreRoot.TemporaryPrefix + "*"))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (FileInfo file in new DirectoryInfo(root.Blobs).EnumerateFiles())
        {
            bool isUnused = BlobDigest.TryParse(file.Name, out BlobDigest digest)
                ? !needed.Contains(digest) && (candidates?.Contains(digest) ?? now - file.LastWriteTimeUtc > (unusedFor ?? s_strangerAge))
                : file.Name.StartsWith(StoreRoot.TemporaryPrefix, StringComparison.Ordinal) && IsLeft(file, now);
            freed += isUnused ? Delete(file) : 0;
        }

        return freed;
    }

    // Nobody writes while we have the lock alone, so what a writer has not finished stays unfinished; only downloads are taken up again.
    private static bool IsLeft(FileInfo file, DateTime now) =>
        !file.Name.StartsWith(DownloadFile.Prefix, StringComparison.Ordinal) || now - file.LastWriteTimeUtc > s_downloadAge;

    private static long Delete(FileInfo file)
    {
        long length = file.Length;
        try
        {
            file.Delete();
            return length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Windows does not delete what a loaded model is mapped from. The next time, then.
            return 0;
        }
    }

    // A manifest that cannot be read, or that a link leads to, may need any blob.
    private static HashSet<BlobDigest>? ReadNeeded(StoreRoot root)
    {
        try
        {
            if (Directory.Exists(root.Manifests) && new DirectoryInfo(root.Manifests).EnumerateFileSystemInfos("*", s_all).Any(static entry => entry.Attributes.HasFlag(FileAttributes.ReparsePoint)))
            {
                return null;
            }

            return [.. ManifestFiles.Enumerate(root).SelectMany(static file => ModelManifest.Parse(ManifestFiles.Read(file.Path), file.Name.ToString()).Blobs).Select(static blob => blob.Digest)];
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
