namespace LocalInference;

/// <summary>A part of a model: a blob and what it is.</summary>
/// <param name="MediaType">One of <see cref="MediaTypes"/>, or one that a later program has added.</param>
/// <param name="Digest">The blob.</param>
/// <param name="Size">Its bytes.</param>
internal sealed record ManifestLayer(string MediaType, BlobDigest Digest, long Size)
{
    /// <summary>The model that the layer was taken over from, for the list of parents that Ollama shows.</summary>
    public string? From { get; init; }

    /// <summary>The file that it came from, where that matters.</summary>
    public string? Name { get; init; }
}
