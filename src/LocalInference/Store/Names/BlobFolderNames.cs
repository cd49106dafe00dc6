using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// The names of files in folders that are made of blobs. They only stand for digests and are never opened; what is no plain name is refused
/// all the same, since whoever sends such a one means something else.
/// </summary>
internal static class BlobFolderNames
{
    // More than any model has.
    private const int MostFiles = 4096;
    private const int LongestName = 255;

    /// <exception cref="GenerationException">One is none, or there are too many.</exception>
    public static void Check(CreateOptions options)
    {
        foreach ((string folder, IReadOnlyDictionary<string, string> files) in options.BlobFolders)
        {
            if (files.Count > MostFiles)
            {
                throw ExceptionFactory.Option(nameof(options.BlobFolders), $"'{folder}' has more files than any model", $"{files.Count}", $"{MostFiles}");
            }

            if (files.Keys.FirstOrDefault(static name => !IsName(name)) is { } other)
            {
                throw ExceptionFactory.Option(nameof(options.BlobFolders), $"'{other}' is no name of a file in '{folder}'", other);
            }
        }
    }

    private static bool IsName(string name) => name.Length <= LongestName && name.Split('/').All(IsPart);

    private static bool IsPart(string part) => part is not ("" or "." or "..") && !part.Contains('\\', StringComparison.Ordinal) && !part.Any(char.IsControl) && !WindowsFileName.IsMisread(part);
}
