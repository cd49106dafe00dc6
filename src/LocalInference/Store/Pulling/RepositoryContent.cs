namespace LocalInference;

/// <summary>The content of a large file.</summary>
/// <param name="Oid">Its SHA-256: 64 hexadecimal digits.</param>
/// <param name="Size">Its bytes.</param>
internal sealed record RepositoryContent(string Oid, long Size);
