using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>Computes importance matrices: which columns of a model's matrices a text makes most of. Safe on any thread.</summary>
public static class ModelCalibrator
{
    /// <summary>
    /// Runs a text through a model and writes an importance matrix for <see cref="QuantizationOptions.ImportanceMatrixPath"/>, in the
    /// format of llama.cpp's llama-imatrix. Takes as long as reading the text as a prompt does, and the memory of a loaded model.
    /// </summary>
    /// <param name="modelPath">A GGUF file, best in F32, F16 or BF16.</param>
    /// <param name="textPath">A text file in UTF-8, of what the model is going to be used for; some hundred KB are enough.</param>
    /// <param name="outputPath">The file to write. An existing one is replaced when the new one is whole.</param>
    /// <param name="options">How; <see langword="null"/>: as the defaults are.</param>
    /// <param name="progress">Told of each piece of the text, on the thread that works.</param>
    /// <param name="cancellationToken">Asked every 128 tokens.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="ModelUnsupportedException">It is no model that llama.cpp runs.</exception>
    /// <exception cref="ModelMemoryException">It does not fit.</exception>
    /// <exception cref="ConversionException">The model does not continue texts, the text is empty, or what was computed is no number.</exception>
    /// <exception cref="GenerationException">An option is out of range.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task WriteImportanceMatrixAsync(
        string modelPath,
        string textPath,
        string outputPath,
        CalibrationOptions? options = null,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        ArgumentException.ThrowIfNullOrEmpty(textPath);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.Factory.StartNew(
            () => Write(Path.GetFullPath(modelPath), textPath, outputPath, options ?? new CalibrationOptions(), progress, cancellationToken),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private static void Write(string modelPath, string textPath, string outputPath, CalibrationOptions options, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        options.Validate();
        using OutputFile output = new(outputPath, modelPath, textPath);
        LocalModelOptions load = new() { Parallel = 1, Threads = options.Threads, GpuLayers = options.GpuLayers };
        PreparedModel prepared = ModelLoader.Prepare(modelPath, load);
        int chunkLength = (int)Math.Min(options.ChunkLength, prepared.File.Description.ContextLength ?? long.MaxValue);
        prepared = ModelLoader.Prepare(modelPath, load with { ContextLength = chunkLength });
        if (prepared.File.IsBidirectional)
        {
            throw ExceptionFactory.ConversionInput(modelPath, "an importance matrix is computed while a text is continued, which it does not do", "Quantize it without one.");
        }

        NativeRuntime.Get();
        MemoryPlan memory = MemoryPlanner.Plan(prepared.Demand, MachineMemory.Read());
        using ModelHandle model = ModelWeights.Load(modelPath, prepared.File.Mends, prepared.Options, memory, progress: null, cancellationToken);
        Tokenizer tokenizer = new(model);
        List<int[]> chunks = [.. Tokens(tokenizer, textPath).Chunk(chunkLength)];
        if (chunks.Count == 0)
        {
            throw ExceptionFactory.ConversionInput(textPath, "it holds no text to compute an importance matrix from", "Give a text of what the model is going to be used for.");
        }

        ActivationSums sums = new(modelPath);
        using (CalibrationContext context = new(model, sums, chunkLength, PhysicalCores.ThreadsFor(options.Threads)))
        {
            for (int i = 0; i < chunks.Count; i++)
            {
                progress?.Report(new ConversionProgress(i, chunks.Count, null));

                // Each piece begins as a text does (llama-imatrix of llama.cpp does so).
                if (tokenizer is { AddsBeginOfSequence: true, BeginOfSequence: { } first })
                {
                    chunks[i][0] = first;
                }

                context.Compute(chunks[i], cancellationToken);
            }
        }

        sums.Write(output, Path.GetFileName(textPath), chunks.Count, chunkLength);
        progress?.Report(new ConversionProgress(chunks.Count, chunks.Count, null));
    }

    private static IEnumerable<int> Tokens(Tokenizer tokenizer, string textPath) =>
        TextPieces.Of(File.ReadAllText(textPath)).SelectMany(piece => tokenizer.Encode(piece, addSpecial: false));
}
