namespace LocalInference;

/// <summary>A manifest's place in a store.</summary>
/// <param name="Name">The model.</param>
/// <param name="Path">The file.</param>
/// <param name="Stamp">Tells it from the one that takes its place.</param>
internal sealed record ManifestFile(ModelName Name, string Path, FileStamp Stamp)
{
    /// <summary>Whether it is there now, and no other in its place.</summary>
    public bool IsCurrent => new FileInfo(Path) is { Exists: true } file && new FileStamp(file.Length, file.LastWriteTimeUtc.Ticks) == Stamp;
}
