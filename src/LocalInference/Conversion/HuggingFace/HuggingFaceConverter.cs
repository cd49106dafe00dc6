using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Models of Hugging Face's transformers as GGUF: Llama and Mistral, Qwen2 and Qwen3 (dense), Gemma 1 to 3 (text), Phi-3, BERT. Safe on any thread.</summary>
public static class HuggingFaceConverter
{
    /// <summary>
    /// Converts a model: <c>config.json</c>, weights in safetensors (F32, F16 or BF16, in one file or shards), <c>tokenizer.model</c>,
    /// <c>tokenizer.json</c> or <c>vocab.txt</c>, and the chat template. What is not known for sure is refused rather than guessed.
    /// </summary>
    /// <param name="directory">The folder of the model.</param>
    /// <param name="outputPath">The file to write. An existing one is replaced when the new one is whole.</param>
    /// <param name="type">What matrices are stored in; <see langword="null"/>, the default: as they are.</param>
    /// <param name="progress">Told of each tensor, on the thread that works.</param>
    /// <param name="cancellationToken">Ends the work; while llama.cpp quantizes, after the tensor that it is at.</param>
    /// <exception cref="ConversionException">The model is not known here, or a file is missing or damaged.</exception>
    /// <exception cref="GenerationException">The type is none.</exception>
    /// <exception cref="StoreException">The disk has no room.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task ConvertAsync(
        string directory,
        string outputPath,
        QuantizationType? type = null,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        return ConvertAsync(new SourceFolder(directory), outputPath, type is { } asked ? new QuantizationOptions(asked) : null, progress, cancellationToken);
    }

    /// <summary>As the other one, with all that can be said of how matrices are stored.</summary>
    internal static Task ConvertAsync(SourceFolder folder, string outputPath, QuantizationOptions? options, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => Convert(folder, outputPath, options, progress, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private static void Convert(SourceFolder folder, string outputPath, QuantizationOptions? options, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        options?.Validate();
        GgufTensorType? plain = options?.Type switch
        {
            QuantizationType.F32 => GgufTensorType.F32,
            QuantizationType.F16 => GgufTensorType.F16,
            QuantizationType.BF16 => GgufTensorType.BF16,
            _ => null,
        };
        NativeRuntime.Get();
        using SafetensorsSet weights = SafetensorsSet.Open(folder);
        using var output = new OutputFile(outputPath, weights.Paths);
        DiskSpace.Require(Path.GetDirectoryName(Path.GetFullPath(outputPath))!, weights.Tensors.Sum(static tensor => tensor.Tensor.ByteLength));
        new HuggingFaceConversion(folder, weights, plain).Write(output.TemporaryPath, progress, cancellationToken);
        if (options is null || plain is not null)
        {
            output.Complete();
        }
        else
        {
            ModelQuantizer.Quantize(output.TemporaryPath, outputPath, options, progress, cancellationToken);
        }
    }
}
