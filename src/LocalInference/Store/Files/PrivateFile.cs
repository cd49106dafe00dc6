using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Files and folders that only their user can read, and writes that are whole or not there at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode700 = FileMode600 | UnixFileMode.UserExecute;

    // Somebody who removes the last model of a folder removes the folder as well, between two steps of ours.
    private const int MostAttempts = 20;

    // EWOULDBLOCK of flock(2), which .NET hands on as the system says it; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharing = unchecked((int)0x80070020);
    private const int WindowsLock = unchecked((int)0x80070021);

    /// <exception cref="StoreException">It cannot be made.</exception>
    public static void CreateFolder(string path)
    {
        try
        {
            string[] parents = [.. MissingFolders(path).Select(Path.GetDirectoryName).OfType<string>()];
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, FolderMode700);
            }

            Array.ForEach(parents, FolderEntries.Flush);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.StoreFailed($"The folder '{path}' could not be made", e.Message, "Set LOCALINFERENCE_MODELS, or --models, to a folder that you may write to.", e);
        }
    }

    /// <summary>Opens a file for reading and writing, which nobody else opens meanwhile.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static FileStream Open(string path, FileMode mode, FileAccess access = FileAccess.ReadWrite, FileShare share = FileShare.None)
    {
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = FileMode600;
        }

        return new FileStream(path, options);
    }

    /// <summary>Whether a file could not be opened because somebody else has it, which passes; a full or read-only disk does not.</summary>
    public static bool IsHeld(IOException error) =>
        OperatingSystem.IsWindows() ? error.HResult is WindowsSharing or WindowsLock : error.HResult == (OperatingSystem.IsLinux() ? LinuxWouldBlock : MacWouldBlock);

    /// <summary>Puts a file in a folder, in the place of one that may be there.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void WriteAtomically(string path, ReadOnlySpan<byte> content)
    {
        string folder = Path.GetDirectoryName(path)!;
        for (int attempt = 1; ; attempt++)
        {
            CreateFolder(folder);

            // A name that begins with a dot is none of a model's.
            string temporary = Path.Combine(folder, $".{Guid.NewGuid():n}");
            try
            {
                using (FileStream file = Open(temporary, FileMode.CreateNew))
                {
                    file.Write(content);
                    file.Flush(flushToDisk: true);
                }

                Move(temporary, path);
                return;
            }
            catch (DirectoryNotFoundException) when (attempt < MostAttempts)
            {
                // Again, with the folder made anew.
            }
            catch
            {
                DeleteIfThere(temporary);
                throw;
            }
        }
    }

    /// <summary>Gives a file of the same disk another path, in the place of one that may be there, so that it stays there when the power fails.</summary>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public static void Move(string path, string destination)
    {
        File.Move(path, destination, overwrite: true);
        FolderEntries.Flush(Path.GetDirectoryName(destination)!);
    }

    /// <exception cref="IOException">It is there and cannot be deleted.</exception>
    public static void DeleteIfThere(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Then the file is not there either.
        }
    }

    private static IEnumerable<string> MissingFolders(string path)
    {
        for (string? folder = path; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }
}
