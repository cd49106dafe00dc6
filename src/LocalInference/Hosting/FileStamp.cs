using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Tells a file from one that was put in its place.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedTicks">When it was written, in UTC.</param>
internal readonly record struct FileStamp(long Length, long ModifiedTicks)
{
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    public static FileStamp Of(string path)
    {
        FileInfo file = new(path);
        try
        {
            // A store's files are often links to blobs; a link keeps its own time when the blob changes.
            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExceptionFactory.ModelNotFound(path);
        }
    }
}
