using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Merges LoRA adapters into the weights of their model: one file, which runs without them and as fast. Safe on any thread.</summary>
public static class AdapterMerger
{
    /// <summary>
    /// Writes a model whose weights contain what adapters change. Takes all cores that it may; memory beside the mapped model stays
    /// below a GiB. With <see cref="MergeOptions.Type"/>, the merged model is first written beside the new file with 2 or 4 bytes for
    /// each weight that is changed.
    /// </summary>
    /// <param name="modelPath">The GGUF file of the model, quantized or not; of a split model, any part.</param>
    /// <param name="adapters">The adapters, in GGUF, each with its scale. All of them are added, also where they change the same matrix.</param>
    /// <param name="outputPath">The file to write. An existing one is replaced when the new one is whole.</param>
    /// <param name="options">How; <see langword="null"/>: each matrix keeps its type.</param>
    /// <param name="progress">Told of each tensor, on the thread that works; for a type, of two passes.</param>
    /// <param name="cancellationToken">Ends the work; while llama.cpp quantizes, after the tensor that it is at.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="ModelUnsupportedException">It is none that llama.cpp runs.</exception>
    /// <exception cref="AdapterException">An adapter is none of this model.</exception>
    /// <exception cref="ConversionException">It cannot be stored so.</exception>
    /// <exception cref="GenerationException">An option is out of range, or there is no adapter.</exception>
    /// <exception cref="StoreException">The disk has no room.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task MergeAsync(
        string modelPath,
        IReadOnlyList<AdapterFile> adapters,
        string outputPath,
        MergeOptions? options = null,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        ArgumentNullException.ThrowIfNull(adapters);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.Factory.StartNew(
            () => Merge(Path.GetFullPath(modelPath), adapters, outputPath, options ?? new MergeOptions(), progress, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private static void Merge(string modelPath, IReadOnlyList<AdapterFile> adapters, string outputPath, MergeOptions options, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        options.Quantization.Validate();
        if (adapters.Count == 0)
        {
            throw ExceptionFactory.Option(nameof(adapters), "there is none to merge");
        }

        if (!File.Exists(modelPath))
        {
            throw ExceptionFactory.ModelNotFound(modelPath);
        }

        CheckedModel model = ModelFileCheck.Check(modelPath);
        NativeRuntime.Get();
        using GgufFile file = GgufFile.Open(modelPath);
        var opened = new List<LoraFile>();
        try
        {
            foreach (AdapterFile adapter in adapters)
            {
                opened.Add(LoraFile.Open(adapter, model));
            }

            using var output = new OutputFile(outputPath, [.. file.Parts.Select(static part => part.Path), .. adapters.Select(static adapter => adapter.Path)]);
            ImportanceMatrix? matrix = options.ImportanceMatrixPath is { } path ? ImportanceMatrix.Load(path) : null;
            matrix?.CheckFits(file.Tensors);
            if (matrix is null && options.Type is { } type && type.NeedsImportanceMatrix)
            {
                throw ExceptionFactory.ImportanceMatrixMissing(type.ToString(), opened[0].Targets.First());
            }

            var merge = new ModelMerge(file, opened, matrix, options.Quantization.EffectiveThreads);
            IReadOnlyList<MergedTensor> tensors = merge.Plan(options.Type is null ? static tensor => tensor.Type : Wide);
            DiskSpace.Require(Path.GetDirectoryName(Path.GetFullPath(outputPath))!, tensors.Sum(static tensor => tensor.Definition.ByteLength));
            merge.Write(output.TemporaryPath, tensors, progress, cancellationToken);
            if (options.Type is null)
            {
                output.Complete();
            }
            else
            {
                ModelQuantizer.Quantize(output.TemporaryPath, outputPath, options.Quantization, progress, cancellationToken);
            }
        }
        finally
        {
            opened.ForEach(static adapter => adapter.Dispose());
        }
    }

    // What has more than eleven bits of precision or the range of a single keeps it; for the rest a half is exact enough: its
    // rounding is a hundredth of that of eight bits.
    private static GgufTensorType Wide(GgufTensorInfo tensor) => tensor.Type is GgufTensorType.F32 or GgufTensorType.BF16 ? GgufTensorType.F32 : GgufTensorType.F16;
}
