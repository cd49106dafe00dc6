using System.Collections.ObjectModel;

namespace LocalInference.Abstractions;

/// <summary>How models are made from Modelfiles. Immutable.</summary>
public sealed record CreateOptions
{
    /// <summary>
    /// The folder that paths in the recipe are relative to. <see langword="null"/>, the default: it must not name files, for recipes that
    /// others send.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Folders that are made of blobs, by names that the recipe uses in the place of paths, as <c>@NAME</c>: of each the digests of its files
    /// (<c>sha256:</c> and 64 hexadecimal digits), by their names, such as <c>config.json</c> or <c>1_Pooling/config.json</c>. What
    /// transformers or PEFT saved is converted from there as from a folder. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> BlobFolders { get; init; } = ReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>.Empty;

    /// <summary>
    /// What the weights are stored in, by the name of a type such as <c>Q4_K_M</c>, in any case. What is in it already is taken as it is.
    /// <see langword="null"/>, the default: as they are.
    /// </summary>
    public string? Quantization { get; init; }

    /// <summary>
    /// Path of an importance matrix in GGUF, as llama.cpp's llama-imatrix writes it, which types of 4 bits and less are better with and some
    /// of them need. <see langword="null"/>, the default: none.
    /// </summary>
    public string? ImportanceMatrixPath { get; init; }

    /// <summary>How a model is pulled that the recipe names and that is not there. <see langword="null"/>: defaults.</summary>
    public PullOptions? Pulling { get; init; }
}
