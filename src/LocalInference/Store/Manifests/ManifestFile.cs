namespace LocalInference;

/// <summary>A manifest's place in a store.</summary>
/// <param name="Name">The model.</param>
/// <param name="Path">The file.</param>
/// <param name="Stamp">Tells it from the one that takes its place.</param>
internal sealed record ManifestFile(ModelName Name, string Path, FileStamp Stamp);
