using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Whether a disk has room, asked before gigabytes are written to it.</summary>
internal static class DiskSpace
{
    // Whatever else writes there should not fail because of us.
    private const long Reserve = 64L << 20;

    /// <exception cref="StoreException">It has not.</exception>
    public static void Require(string folder, long bytes)
    {
        if (bytes > 0 && FreeBytes(folder) is { } free && free - Reserve < bytes)
        {
            throw ExceptionFactory.DiskSpace(folder, ByteSum.Of(bytes, Reserve), free);
        }
    }

    // Of some file systems nobody can tell; then writing will.
    private static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
