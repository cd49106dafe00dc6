using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// A store's lock between processes (flock on Unix, sharing modes on Windows; the system frees it with the process). Those who add blobs
/// hold it together until their manifest is written, so that nobody who deletes blobs takes them for unused.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <summary>Waits until nobody deletes blobs.</summary>
    /// <exception cref="StoreException">The store cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<StoreLock> TakeSharedAsync(StoreRoot root, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(root, FileAccess.Read, FileShare.Read) is { } taken)
            {
                return taken;
            }

            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes it alone, unless somebody adds blobs at present.</summary>
    /// <exception cref="StoreException">The store cannot be written to.</exception>
    public static StoreLock? TryTakeAlone(StoreRoot root) => TryTake(root, FileAccess.ReadWrite, FileShare.None);

    public void Dispose() => _file.Dispose();

    private static StoreLock? TryTake(StoreRoot root, FileAccess access, FileShare share)
    {
        root.RequireWritable();
        PrivateFile.CreateFolder(root.Folder);
        try
        {
            return new StoreLock(PrivateFile.Open(root.LockFile, FileMode.OpenOrCreate, access, share));
        }
        catch (IOException e) when (PrivateFile.IsHeld(e))
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.StoreFailed($"The store '{root.Folder}' could not be locked", e.Message, "Check the disk, or set LOCALINFERENCE_MODELS, or --models, to a folder that you may write to.", e);
        }
    }
}
