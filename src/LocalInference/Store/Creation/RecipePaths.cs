using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>What a recipe's values stand for where they take a path: files and folders, blobs of the store, folders that are made of blobs.</summary>
/// <param name="blobs">The store's blobs.</param>
/// <param name="options">What paths are relative to, and which folders are made of blobs.</param>
internal sealed class RecipePaths(BlobStore blobs, CreateOptions options)
{
    // Before the digest of a blob, or the name of a folder of them.
    private const string BlobMark = "@";

    /// <summary>A file or a folder.</summary>
    /// <returns>Its path; <see langword="null"/>: there is none, or the recipe must not name any.</returns>
    /// <exception cref="StoreException">There is no such blob.</exception>
    public string? Find(string value)
    {
        if (value.StartsWith(BlobMark, StringComparison.Ordinal))
        {
            return FindBlob(value[BlobMark.Length..]);
        }

        return options.Folder is null ? null : FindIn(options.Folder, value);
    }

    /// <summary>A file or a folder by its path from a folder, or from the user's own.</summary>
    /// <returns>Its path; <see langword="null"/>: there is none.</returns>
    public static string? FindIn(string folder, string value)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string path = Path.GetFullPath(value.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, value[2..]) : value, Path.GetFullPath(folder));
        return Path.Exists(path) ? path : null;
    }

    /// <summary>A file or a folder.</summary>
    /// <exception cref="LocalInferenceException">There is none.</exception>
    public string Get(string value) => Find(value) ?? throw ExceptionFactory.ModelNotFound(value);

    /// <summary>A folder that is made of blobs.</summary>
    /// <returns>The folder; <see langword="null"/>: it is something else.</returns>
    /// <exception cref="StoreException">One of its blobs is not there.</exception>
    public SourceFolder? FindBlobFolder(string value)
    {
        string name = value.StartsWith(BlobMark, StringComparison.Ordinal) ? value[BlobMark.Length..] : "";
        return options.BlobFolders.TryGetValue(name, out IReadOnlyDictionary<string, string>? files)
            ? new SourceFolder(name, files.ToDictionary(static file => file.Key, file => FindBlob(file.Value), StringComparer.Ordinal))
            : null;
    }

    private string FindBlob(string digest) => blobs.Find(digest) ?? throw ExceptionFactory.BlobMissing(digest);
}
