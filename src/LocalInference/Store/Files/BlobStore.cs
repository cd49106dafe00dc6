using System.Buffers;
using System.Security.Cryptography;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Reads and adds the blobs of a store. Who adds holds the store's lock meanwhile.</summary>
/// <param name="root">The store.</param>
internal sealed class BlobStore(StoreRoot root)
{
    // Templates and licences are texts; a blob of this type that is larger is none.
    private const int MostTextBytes = 16 << 20;
    private const int BufferBytes = 1 << 20;

    /// <summary>A blob that is small by its type, checked against its digest: it comes from outside.</summary>
    /// <exception cref="StoreException">It is missing, too large, or not what its digest says.</exception>
    public byte[] Read(ManifestLayer layer, string model)
    {
        if (layer.Size > MostTextBytes)
        {
            throw ExceptionFactory.ManifestDamaged(model, $"{layer.MediaType} has {layer.Size} bytes, {MostTextBytes} are possible");
        }

        byte[] content;
        try
        {
            content = root.Holds(layer) ? File.ReadAllBytes(root.BlobPath(layer.Digest)) : throw ExceptionFactory.ModelIncomplete(model, layer.Digest.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.StoreFailed($"A part of '{model}' could not be read", e.Message, "Check that you may read the store.", e);
        }

        Require(layer.Digest, BlobDigest.Of(content), $"'{model}'");
        return content;
    }

    public ManifestLayer Add(ReadOnlySpan<byte> content, string mediaType)
    {
        ManifestLayer layer = new(mediaType, BlobDigest.Of(content), content.Length);
        if (!root.Holds(layer))
        {
            PrivateFile.WriteAtomically(root.BlobPath(layer.Digest), content);
        }

        return layer;
    }

    /// <summary>The path of a blob that is there, by its digest.</summary>
    /// <exception cref="StoreException">It is no digest.</exception>
    public string? Find(string digest)
    {
        string path = root.BlobPath(BlobDigest.TryParse(digest, out BlobDigest parsed) ? parsed : throw ExceptionFactory.DigestInvalid(digest));
        return File.Exists(path) ? path : null;
    }

    /// <summary>Copies a file into the store as it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="copied">Told the bytes copied so far.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public async Task<ManifestLayer> AddFileAsync(string path, string mediaType, Action<long>? copied, CancellationToken cancellationToken)
    {
        using FileStream source = PrivateFile.Open(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        ManifestLayer layer = await AddAsync(source, mediaType, static _ => { }, copied, cancellationToken).ConfigureAwait(false);
        return layer with { Name = Path.GetFileName(path) };
    }

    /// <summary>Copies what a stream holds from here on into the store.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="check">Told the digest before the blob is there; throws if it must not be.</param>
    /// <param name="copied">Told the bytes copied so far.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public async Task<ManifestLayer> AddAsync(Stream source, string mediaType, Action<BlobDigest> check, Action<long>? copied, CancellationToken cancellationToken)
    {
        PrivateFile.CreateFolder(root.Blobs);
        string temporary = Path.Combine(root.Blobs, $"{StoreRoot.TemporaryPrefix}{Guid.NewGuid():n}");
        try
        {
            ManifestLayer layer;
            using (FileStream target = PrivateFile.Open(temporary, FileMode.CreateNew))
            {
                layer = new ManifestLayer(mediaType, await HashAsync(source, target, copied, cancellationToken).ConfigureAwait(false), target.Length);
                check(layer.Digest);
                target.Flush(flushToDisk: true);
            }

            if (root.Holds(layer))
            {
                File.Delete(temporary);
            }
            else
            {
                PrivateFile.Move(temporary, root.BlobPath(layer.Digest));
            }

            return layer;
        }
        catch
        {
            PrivateFile.DeleteIfThere(temporary);
            throw;
        }
    }

    /// <summary>Copies a blob of another store, if it is what its digest says.</summary>
    /// <exception cref="StoreException">It is not.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public async Task CopyAsync(IndexedModel entry, ManifestLayer blob, CancellationToken cancellationToken)
    {
        DiskSpace.Require(root.Folder, blob.Size);
        using FileStream source = PrivateFile.Open(entry.Root.BlobPath(blob.Digest), FileMode.Open, FileAccess.Read, FileShare.Read);
        await AddAsync(source, blob.MediaType, actual => Require(blob.Digest, actual, $"'{entry.Name}'"), copied: null, cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="StoreException">It is not what it should be.</exception>
    public static void Require(BlobDigest expected, BlobDigest actual, string what)
    {
        if (actual != expected)
        {
            throw ExceptionFactory.DigestMismatch(what, expected.ToString(), actual.ToString());
        }
    }

    /// <summary>Makes a finished file of the store's own folder a blob.</summary>
    /// <param name="path">The file, which is gone afterwards.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="cancellationToken">Ends it; the file stays.</param>
    /// <exception cref="IOException">It cannot be read or moved.</exception>
    public async Task<ManifestLayer> AdoptAsync(string path, string mediaType, CancellationToken cancellationToken)
    {
        ManifestLayer layer;
        using (FileStream file = PrivateFile.Open(path, FileMode.Open))
        {
            layer = new ManifestLayer(mediaType, await HashAsync(file, target: null, hashed: null, cancellationToken).ConfigureAwait(false), file.Length);
            file.Flush(flushToDisk: true);
        }

        PrivateFile.Move(path, root.BlobPath(layer.Digest));
        return layer;
    }

    /// <summary>The digest of what a stream holds from here on.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="target">Gets a copy of it.</param>
    /// <param name="hashed">Told the bytes hashed so far.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<BlobDigest> HashAsync(Stream source, Stream? target, Action<long>? hashed, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long total = 0;
            while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int read)
            {
                hash.AppendData(buffer, 0, read);
                if (target is not null)
                {
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                }

                total += read;
                hashed?.Invoke(total);
            }

            return BlobDigest.OfHash(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
