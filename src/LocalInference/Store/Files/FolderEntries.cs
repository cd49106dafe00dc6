using System.Runtime.InteropServices;

namespace LocalInference;

/// <summary>
/// Writes down which files a folder has: on Unix a new name is on the disk only when its folder was flushed (fsync(2)); Windows keeps names
/// in the journal of its file system.
/// </summary>
internal static partial class FolderEntries
{
    // The same on Linux, macOS and the BSDs.
    private const int ReadOnly = 0;
    private const int InputOutputError = 5;

    /// <exception cref="IOException">The disk fails.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET opens no folders. One that is gone, with the model in it, or that must not be read, has nothing to flush for us.
        int descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            return;
        }

        // File systems that cannot do it say so by other errors.
        bool hasFailed = Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() == InputOutputError;
        _ = Close(descriptor);
        if (hasFailed)
        {
            throw new IOException($"The entries of the folder '{folder}' could not be written to the disk.");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
