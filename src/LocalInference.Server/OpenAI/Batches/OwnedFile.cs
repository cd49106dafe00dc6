namespace LocalInference.Server.OpenAI.Batches;

/// <summary>A file and whose it is. Immutable.</summary>
/// <param name="Owner">The name of the key that it was given with; <see langword="null"/>: the server had no keys.</param>
/// <param name="File">The file.</param>
internal sealed record OwnedFile(string? Owner, StoredFile File);
