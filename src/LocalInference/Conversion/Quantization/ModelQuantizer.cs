using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Makes models smaller: stores their matrices in types of fewer bits, with llama.cpp's own recipes. Safe on any thread.</summary>
public static class ModelQuantizer
{
    /// <summary>
    /// Quantizes a model into one new file. Takes all cores that it may for seconds to hours; memory beside the mapped model stays
    /// below a GiB.
    /// </summary>
    /// <param name="inputPath">A GGUF file, best in F32, F16 or BF16; of a split model, any part.</param>
    /// <param name="outputPath">The file to write. An existing one is replaced when the new one is whole.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told of each tensor, on the thread that works.</param>
    /// <param name="cancellationToken">Stops after the tensor that is being quantized; nothing is left.</param>
    /// <exception cref="ModelNotFoundException">There is no such file.</exception>
    /// <exception cref="ModelUnsupportedException">It is no model that llama.cpp runs.</exception>
    /// <exception cref="ConversionException">It cannot be quantized so, or the importance matrix is none of this model.</exception>
    /// <exception cref="GenerationException">An option is out of range.</exception>
    /// <exception cref="StoreException">The disk has no room.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task QuantizeAsync(
        string inputPath,
        string outputPath,
        QuantizationOptions options,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(inputPath);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        ArgumentNullException.ThrowIfNull(options);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.Factory.StartNew(
            () => Quantize(Path.GetFullPath(inputPath), outputPath, options, progress, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    /// <summary>As <see cref="QuantizeAsync"/>, on this thread.</summary>
    internal static void Quantize(string inputPath, string outputPath, QuantizationOptions options, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        options.Validate();
        if (!File.Exists(inputPath))
        {
            throw ExceptionFactory.ModelNotFound(inputPath);
        }

        ModelFileCheck.Check(inputPath);
        ImportanceMatrix? matrix = options.ImportanceMatrixPath is { } path ? ImportanceMatrix.Load(path) : null;
        using GgufFile file = GgufFile.Open(inputPath);
        using var output = new OutputFile(outputPath, file.Parts.Select(static part => part.Path));
        new QuantizationCheck(file, options, matrix).Run(cancellationToken);
        DiskSpace.Require(Path.GetDirectoryName(Path.GetFullPath(outputPath))!, LeastBytes(file, options.Type.MainTensorType));

        NativeRuntime.Get();
        cancellationToken.ThrowIfCancellationRequested();
        using (progress is null ? null : NativeLog.Subscribe(new QuantizationLog(progress, cancellationToken)))
        using (var call = new QuantizationCall(file, options, matrix))
        {
            if (call.Run(file.Path, output.TemporaryPath, cancellationToken) is { } reason)
            {
                throw ExceptionFactory.ConversionInput(inputPath, reason, NextStep(reason));
            }
        }

        output.CompleteGguf(file.Tensors.Length);
        progress?.Report(new ConversionProgress(file.Tensors.Length, file.Tensors.Length, null));
    }

    // What recipes add to it differs by model; this much it is at least.
    private static long LeastBytes(GgufFile file, GgufTensorType type) => file.Tensors.Sum(tensor => tensor.ElementCount / type.BlockSize * type.TypeSize);

    private static string NextStep(string reason) => reason.Contains("requantizing", StringComparison.Ordinal)
        ? "Quantize the model in F16, BF16 or F32; or allow that weights are quantized twice, which loses more."
        : "Choose another type, or get another copy of the model.";
}
