using LocalInference.Abstractions;

namespace LocalInference;

public sealed partial class ModelStore
{
    // What a blob is for, its user says later.
    private const string AnyMediaType = "application/octet-stream";

    /// <inheritdoc/>
    public bool HasBlob(string digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        if (new BlobStore(Own.Root).Find(digest) is not { } path)
        {
            return false;
        }

        Keep(path);
        return true;
    }

    /// <inheritdoc/>
    public async Task<bool> AddBlobAsync(string digest, Stream content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(digest);
        ArgumentNullException.ThrowIfNull(content);
        if (HasBlob(digest))
        {
            return false;
        }

        _ = BlobDigest.TryParse(digest, out BlobDigest expected);
        using (await StoreLock.TakeSharedAsync(Own.Root, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await new BlobStore(Own.Root).AddAsync(content, AnyMediaType, actual => BlobStore.Require(expected, actual, "the blob"), copied: null, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ExceptionFactory.StoreFailed($"The blob {digest} could not be added", e.Message, "Check the disk, that you may write to the store, and the connection that it came by.", e, digest);
            }
        }
    }

    // Who asks for a blob makes a model of it, and may take longer to send the others than blobs stay that no model names. Those that one
    // names stay anyway, and keep their time: by it the host tells that a loaded file has changed.
    private void Keep(string path)
    {
        string name = Path.GetFileName(path);
        if (Own.Models.Values.SelectMany(TryGetBlobs).Any(blob => blob.FileName == name))
        {
            return;
        }

        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is there all the same, for as long as it was to stay.
        }
    }
}
