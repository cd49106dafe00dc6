using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// A folder of models, laid out as Ollama's: <c>blobs/sha256-…</c> and <c>manifests/HOST/NAMESPACE/MODEL/TAG</c>. Links below
/// <c>manifests</c> are not followed, so that nothing is read from, or written to, where they lead.
/// </summary>
/// <param name="directory">The folder; it may be missing.</param>
/// <param name="isWritable">Whether it is ours to change.</param>
internal sealed class StoreRoot(string directory, bool isWritable)
{
    /// <summary>What the names of blobs that are being written begin with.</summary>
    public const string TemporaryPrefix = ".";

    public string Folder { get; } = Path.GetFullPath(directory);

    public bool IsWritable => isWritable;

    public string Blobs => Path.Combine(Folder, "blobs");

    public string Manifests => Path.Combine(Folder, "manifests");

    /// <summary>Taken by those who add blobs together, by who deletes some alone.</summary>
    public string LockFile => Path.Combine(Folder, ".lock");

    public string BlobPath(BlobDigest digest) => Path.Combine(Blobs, digest.FileName);

    /// <exception cref="StoreException">There can be no file of that name, or a link is on the way to it.</exception>
    public string ManifestPath(ModelName name)
    {
        string[] parts = [name.Host, name.Namespace, name.Model, name.Tag];
        if (OperatingSystem.IsWindows() && parts.FirstOrDefault(WindowsFileName.IsMisread) is { } misread)
        {
            throw ExceptionFactory.ModelName(name.ToString(), $"'{misread}' is no name of a file on Windows");
        }

        string path = Manifests;
        foreach (string part in parts)
        {
            path = Path.Combine(path, part);
            if (IsLink(path))
            {
                throw ExceptionFactory.StoreFailed($"'{path}' is not used", "it is a link", "Put the folder itself in its place; the whole store may be a link.", value: path);
            }
        }

        return path;
    }

    /// <summary>Whether the blob is there in its full length. Its content is checked when it is written, and by <c>verify</c>.</summary>
    public bool Holds(ManifestLayer layer)
    {
        FileInfo file = new(BlobPath(layer.Digest));
        if (!file.Exists)
        {
            return false;
        }

        try
        {
            return ((file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo) ?? file) is { Exists: true } content && content.Length == layer.Size;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <exception cref="StoreException">It is not ours.</exception>
    public void RequireWritable()
    {
        if (!isWritable)
        {
            throw ExceptionFactory.StoreReadOnly(Folder);
        }
    }

    private static bool IsLink(string path)
    {
        try
        {
            return File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
