using LocalInference.Abstractions;

namespace LocalInference;

public sealed partial class ModelStore
{
    /// <summary>
    /// Makes a model from a Modelfile. GGUF files are copied as they are; a split one becomes one file. Folders of transformers
    /// (<see cref="HuggingFaceConverter"/>) and adapters of PEFT (<see cref="PeftAdapter"/>) are converted. A model that it is made from is
    /// pulled if it is not there. One that has the name is replaced when all is written.
    /// </summary>
    /// <param name="name">The new model's name.</param>
    /// <param name="modelfile">The recipe. Instructions that take a path take a blob of the store as well, as <c>@sha256:</c> and its digits.</param>
    /// <param name="options">How; <see langword="null"/>: defaults.</param>
    /// <param name="progress">Told what happens, on whichever thread.</param>
    /// <param name="cancellationToken">Stops it, while llama.cpp quantizes after the tensor that it is at; then all is as before.</param>
    /// <exception cref="ModelNotFoundException">There is no model or file that the recipe names.</exception>
    /// <exception cref="ModelUnsupportedException">What is to be quantized is no model that llama.cpp runs.</exception>
    /// <exception cref="StoreException">A name is none, a file is not what it should be, the disk has no room, or the store cannot be written to.</exception>
    /// <exception cref="ConversionException">A folder or a file cannot be converted.</exception>
    /// <exception cref="AdapterException">An adapter is none of this model.</exception>
    /// <exception cref="GenerationException">The quantization is none, or a folder of blobs has a name in it that leads elsewhere.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task CreateAsync(string name, Modelfile modelfile, CreateOptions? options = null, IProgress<StoreProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(modelfile);
        options ??= new CreateOptions();
        ModelName target = ModelName.Parse(name);
        RequiredVersion.Check(name, modelfile.LastOf(ModelfileKeyword.Requires));
        QuantizationOptions? quantization = ReadQuantization(options);
        BlobFolderNames.Check(options);
        BlobDigest[] replaced;
        using (await StoreLock.TakeSharedAsync(Own.Root, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                ModelManifest manifest = await new ModelCreation(this, modelfile, options, quantization, source => PullAsync(source, options.Pulling, progress, cancellationToken), progress).BuildAsync(cancellationToken).ConfigureAwait(false);
                replaced = Own.Models.TryGetValue(target.Full, out IndexedModel? old) ? TryGetBlobs(old) : [];
                progress?.Report(new StoreProgress("writing manifest"));
                WriteManifest(target, manifest.ToJson());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw ExceptionFactory.StoreFailed($"'{name}' could not be created", e.Message, "Check the files that it is made from, and the disk.", e);
            }
        }

        BlobCollector.Collect(Own.Root, replaced);
        progress?.Report(new StoreProgress("success"));
    }

    private static QuantizationOptions? ReadQuantization(CreateOptions options)
    {
        if (options.Quantization is not { Length: > 0 } name)
        {
            return options.ImportanceMatrixPath is null ? null : throw ExceptionFactory.Option(nameof(options.ImportanceMatrixPath), $"goes with {nameof(options.Quantization)}", options.ImportanceMatrixPath);
        }

        return QuantizationType.TryParseName(name, out QuantizationType? type)
            ? new QuantizationOptions(type.Value) { ImportanceMatrixPath = options.ImportanceMatrixPath }
            : throw ExceptionFactory.Option(nameof(options.Quantization), "is no type that there is", name, string.Join(", ", Enum.GetNames<QuantizationType>()));
    }
}
