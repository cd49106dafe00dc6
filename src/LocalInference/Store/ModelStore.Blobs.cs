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
        return new BlobStore(Own.Root).Find(digest) is not null;
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
}
