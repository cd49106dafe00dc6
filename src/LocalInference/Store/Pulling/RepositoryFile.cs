namespace LocalInference;

/// <summary>A file in a repository of Hugging Face, as its interface lists it.</summary>
/// <param name="Type"><c>file</c> or <c>directory</c>.</param>
/// <param name="Path">The path in the repository.</param>
/// <param name="Lfs">Where the content lies, of a large file.</param>
internal sealed record RepositoryFile(string Type, string Path, RepositoryContent? Lfs);
