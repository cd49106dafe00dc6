using LocalInference.Abstractions;

namespace LocalInference;

public sealed partial class ModelStore
{
    /// <summary>Gives a model another name as well. Its parts are shared, unless it lies in a folder that is only read: then they are copied.</summary>
    /// <param name="source">The model.</param>
    /// <param name="destination">The other name; a model that has it is replaced.</param>
    /// <param name="cancellationToken">Stops the copying; then there is nothing under the other name that was not before.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="StoreException">A text is no name, the model is damaged or incomplete, or the store cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task CopyAsync(string source, string destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        ModelName target = ModelName.Parse(destination);
        using (await StoreLock.TakeSharedAsync(Own.Root, cancellationToken).ConfigureAwait(false))
        {
            IndexedModel entry = GetEntry(source);
            try
            {
                BlobStore blobs = new(Own.Root);
                foreach (ManifestLayer blob in entry.Manifest.Blobs.Where(blob => !Own.Root.Holds(blob)))
                {
                    await blobs.CopyAsync(entry, blob, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ExceptionFactory.StoreFailed($"'{source}' could not be copied", e.Message, "Check the disk, and that you may read and write there.", e);
            }

            // Byte for byte, so that the copy has the digest of the model.
            WriteManifest(target, entry.Json);
        }
    }

    /// <summary>Removes a model, and what no other needs of it. Blobs that are being added at the moment delay that to a later removal.</summary>
    /// <param name="name">The model.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="StoreException">The text is no name, or the model cannot be changed.</exception>
    public void Remove(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        IndexedModel entry = FindEntry(ModelName.Parse(name)) ?? throw ExceptionFactory.ModelUnknown(name, [.. List().Select(static model => model.Name)]);
        entry.Root.RequireWritable();
        BlobDigest[] blobs = TryGetBlobs(entry);
        try
        {
            PrivateFile.DeleteIfThere(Own.Root.ManifestPath(entry.Name));
            DeleteEmptyFolders(Path.GetDirectoryName(entry.File.Path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.StoreFailed($"'{entry.Name}' could not be removed", e.Message, "Check that you may write to the store.", e);
        }

        Own.Invalidate();
        BlobCollector.Collect(Own.Root, blobs);
    }

    /// <summary>Deletes what no model needs: blobs, and downloads that nobody has gone on with for two weeks. Does nothing while models are being added.</summary>
    /// <param name="unusedFor">How long blobs have been there. Default an hour; those of a download that was broken off are among them.</param>
    /// <returns>The bytes that are free now.</returns>
    /// <exception cref="StoreException">The store cannot be written to.</exception>
    public long Prune(TimeSpan? unusedFor = null) => BlobCollector.Collect(Own.Root, candidates: null, unusedFor);

    /// <summary>Reads everything again and compares it with its digests.</summary>
    /// <param name="progress">Told the bytes that are done.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What is damaged or missing; empty if all is well.</returns>
    /// <exception cref="StoreException">A folder cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<IReadOnlyList<StoreFault>> VerifyAsync(IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        List<StoreFault> faults = [];
        foreach (ModelIndex index in _indexes)
        {
            faults.AddRange(await StoreVerification.RunAsync(index, progress, cancellationToken).ConfigureAwait(false));
        }

        return faults;
    }

    internal void WriteManifest(ModelName name, ReadOnlySpan<byte> json)
    {
        // A model of that name in another case is the same one, on disks that tell cases apart as well.
        ModelName known = Own.Models.TryGetValue(name.Full, out IndexedModel? entry) ? entry.Name : name;
        try
        {
            PrivateFile.WriteAtomically(Own.Root.ManifestPath(known), json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.StoreFailed($"'{name}' could not be written", e.Message, "Check the disk, and that you may write to the store.", e);
        }

        Own.Invalidate();
    }

    private static BlobDigest[] TryGetBlobs(IndexedModel entry)
    {
        try
        {
            return [.. entry.Manifest.Blobs.Select(static blob => blob.Digest)];
        }
        catch (StoreException)
        {
            return [];
        }
    }

    // Up to the folder of the manifests, which stays.
    private void DeleteEmptyFolders(string folder)
    {
        while (folder.Length > Own.Root.Manifests.Length)
        {
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // Others are in it, or somebody else has removed it.
                return;
            }

            folder = Path.GetDirectoryName(folder)!;
        }
    }
}
