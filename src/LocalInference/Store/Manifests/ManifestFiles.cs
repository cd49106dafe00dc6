using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>The manifests in a store, as files.</summary>
internal static class ManifestFiles
{
    private static readonly EnumerationOptions s_noLinks = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>All of them. Files that no model can be named by are somebody else's.</summary>
    public static IEnumerable<ManifestFile> Enumerate(StoreRoot root) =>
        from host in Folders(new DirectoryInfo(root.Manifests))
        from space in Folders(host)
        from model in Folders(space)
        from file in List(model.GetFiles)
        let manifest = Describe(host.Name, space.Name, model.Name, file)
        where manifest is not null
        select manifest;

    /// <exception cref="StoreException">It is longer than any manifest.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Read(string path)
    {
        using FileStream file = PrivateFile.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > ModelManifest.MostBytes)
        {
            throw ExceptionFactory.ManifestDamaged(path, $"it has {file.Length} bytes, {ModelManifest.MostBytes} are possible");
        }

        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }

    private static ManifestFile? Describe(string host, string space, string model, FileInfo file)
    {
        try
        {
            return ModelName.TryCreate(host, space, model, file.Name, out ModelName? name)
                ? new ManifestFile(name, file.FullName, new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks))
                : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static DirectoryInfo[] Folders(DirectoryInfo folder) => List(folder.GetDirectories);

    // Folders come and go with their models.
    private static T[] List<T>(Func<string, EnumerationOptions, T[]> list)
    {
        try
        {
            return list("*", s_noLinks);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
