using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Brings what a Modelfile names into a store as blobs: files as they are where that is possible, else what is made of them.</summary>
/// <param name="root">The store.</param>
/// <param name="quantization">What weights are stored in; <see langword="null"/>: what they are in.</param>
/// <param name="progress">Told what happens.</param>
internal sealed class SourceImport(StoreRoot root, QuantizationOptions? quantization, IProgress<StoreProgress>? progress)
{
    private readonly BlobStore _blobs = new(root);

    /// <summary>A GGUF file as it is. The parts of a split one become one file: llama.cpp finds them by names, which blobs do not have.</summary>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public Task<ManifestLayer> AddAsync(SourceFile file, CancellationToken cancellationToken) =>
        file.Parts > 1 ? AddMadeAsync(file.MediaType, path => Merge(file, path, cancellationToken), cancellationToken)
        : OwnBlob(file) is { } own ? Task.FromResult(own)
        : CopyAsync(file, cancellationToken);

    /// <summary>The weights in a GGUF file, in the type that was asked for.</summary>
    /// <returns>The layer, and what its file is.</returns>
    /// <exception cref="LocalInferenceException">They cannot be quantized so.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<(ManifestLayer Layer, GgufModelDescription Facts)> AddWeightsAsync(SourceFile file, CancellationToken cancellationToken)
    {
        if (quantization is null || IsOf(quantization.Type, file))
        {
            return (await AddAsync(file, cancellationToken).ConfigureAwait(false), file.Facts);
        }

        string status = $"quantizing {FileTypeName.Of(file.Facts.FileType) ?? "unknown"} model to {quantization.Type}";
        return await AddModelAsync(
            path => ModelQuantizer.QuantizeAsync(file.Path, path, quantization, Scale(status, file.Facts.TensorBytes), cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The weights that a file holds, if they are in another type than was asked for.</summary>
    /// <exception cref="StoreException">A type was asked for, and it is no GGUF file.</exception>
    public SourceFile? FindToQuantize(string path) => quantization is not null && SourceFile.Open(path) is var file && !IsOf(quantization.Type, file) ? file : null;

    /// <summary>The weights in a folder that transformers saved.</summary>
    /// <returns>The layer, and what its file is.</returns>
    /// <exception cref="LocalInferenceException">They cannot be converted.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public Task<(ManifestLayer Layer, GgufModelDescription Facts)> AddFolderAsync(SourceFolder folder, CancellationToken cancellationToken)
    {
        long bytes = ByteSum.Of(folder.Ending(SafetensorsSet.Extension).Select(static path => new FileInfo(path).Length));
        return AddModelAsync(path => HuggingFaceConverter.ConvertAsync(folder, path, quantization, Scale("converting model", bytes), cancellationToken), cancellationToken);
    }

    /// <summary>The adapter in a folder that PEFT saved.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="modelPath">The model that it is for, in GGUF.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <exception cref="LocalInferenceException">It cannot be converted, or is none of this model.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public Task<ManifestLayer> AddAdapterAsync(SourceFolder folder, string modelPath, CancellationToken cancellationToken)
    {
        progress?.Report(new StoreProgress("converting adapter"));
        return AddMadeAsync(MediaTypes.Adapter, path => PeftAdapter.ToGgufAsync(folder, modelPath, path, cancellationToken), cancellationToken);
    }

    private async Task<(ManifestLayer Layer, GgufModelDescription Facts)> AddModelAsync(Func<string, Task> make, CancellationToken cancellationToken)
    {
        ManifestLayer layer = await AddMadeAsync(MediaTypes.Model, make, cancellationToken).ConfigureAwait(false);
        return (layer, SourceFile.Open(root.BlobPath(layer.Digest)).Facts);
    }

    private static bool IsOf(QuantizationType type, SourceFile file) => file.Facts.FileType == (uint)type;

    // What is made lies among the blobs from the beginning, so that it need not be copied.
    private async Task<ManifestLayer> AddMadeAsync(string mediaType, Func<string, Task> make, CancellationToken cancellationToken)
    {
        PrivateFile.CreateFolder(root.Blobs);
        string path = Path.Combine(root.Blobs, $"{StoreRoot.TemporaryPrefix}{Guid.NewGuid():n}");
        try
        {
            await make(path).ConfigureAwait(false);
            return await _blobs.AdoptAsync(path, mediaType, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            PrivateFile.DeleteIfThere(path);
        }
    }

    private Task Merge(SourceFile file, string path, CancellationToken cancellationToken)
    {
        using GgufFile parts = GgufFile.Open(file.Path);
        DiskSpace.Require(root.Blobs, parts.FileLength);
        GgufSplit.Merge(parts, path, cancellationToken);
        return Task.CompletedTask;
    }

    // As in the Modelfiles that the store prints itself.
    private ManifestLayer? OwnBlob(SourceFile file) =>
        Path.GetDirectoryName(file.Path) == root.Blobs && BlobDigest.TryParse(Path.GetFileName(file.Path), out BlobDigest digest)
            ? new ManifestLayer(file.MediaType, digest, new FileInfo(file.Path).Length)
            : null;

    private async Task<ManifestLayer> CopyAsync(SourceFile file, CancellationToken cancellationToken)
    {
        long total = new FileInfo(file.Path).Length;
        PrivateFile.CreateFolder(root.Blobs);
        DiskSpace.Require(root.Blobs, total);
        return await _blobs.AddFileAsync(
            file.Path,
            file.MediaType,
            copied => progress?.Report(new StoreProgress("copying file") { Completed = copied, Total = total }),
            cancellationToken).ConfigureAwait(false);
    }

    private TensorProgress? Scale(string status, long bytes) => progress is null ? null : new TensorProgress(progress, status, bytes);

    // Converters count tensors, and a store bytes: as if each had as many.
    private sealed class TensorProgress(IProgress<StoreProgress> progress, string status, long bytes) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value) => progress.Report(new StoreProgress(status)
        {
            Total = bytes,
            Completed = (long)((double)value.Completed / Math.Max(value.Total, 1) * bytes),
        });
    }
}
