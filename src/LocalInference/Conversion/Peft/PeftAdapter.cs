using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>LoRA adapters of Hugging Face's PEFT to GGUF, and back. Safe on any thread.</summary>
public static class PeftAdapter
{
    /// <summary>
    /// Makes a GGUF adapter of a folder that PEFT's <c>save_pretrained</c> wrote: <c>adapter_config.json</c> and
    /// <c>adapter_model.safetensors</c>. rsLoRA and alphas that differ by module are kept; DoRA and modules that were trained as a
    /// whole are refused.
    /// </summary>
    /// <param name="directory">The folder.</param>
    /// <param name="modelPath">The model that it was trained on, in GGUF: its shapes and the order of its rows decide.</param>
    /// <param name="outputPath">The file to write, with weights in F32. An existing one is replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="ModelUnsupportedException">It is none that llama.cpp runs.</exception>
    /// <exception cref="ConversionException">The folder holds no adapter that GGUF can express.</exception>
    /// <exception cref="AdapterException">The adapter is none of this model.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static Task ToGgufAsync(string directory, string modelPath, string outputPath, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        return ToGgufAsync(new SourceFolder(directory), modelPath, outputPath, cancellationToken);
    }

    /// <summary>As the other one, of files that lie anywhere.</summary>
    internal static Task ToGgufAsync(SourceFolder folder, string modelPath, string outputPath, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                CheckedModel model = Check(modelPath);
                using var output = new OutputFile(outputPath, modelPath);
                new PeftImport(model, modelPath).Run(folder, output, cancellationToken);
                AdapterFileCheck.Check(folder.Title ?? "adapter", output.TemporaryPath, model);
                output.Complete();
            },
            cancellationToken);

    /// <summary>Makes of a GGUF adapter a folder that PEFT loads: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c> in F32.</summary>
    /// <param name="adapterPath">The adapter.</param>
    /// <param name="modelPath">The model that it belongs to, in GGUF.</param>
    /// <param name="directory">The folder, which is made where it is missing. Its two files are replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ModelNotFoundException">There is no such model.</exception>
    /// <exception cref="ModelUnsupportedException">It is none that llama.cpp runs.</exception>
    /// <exception cref="AdapterException">The adapter is none of this model.</exception>
    /// <exception cref="ConversionException">What it changes has no name in transformers.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static Task ToPeftAsync(string adapterPath, string modelPath, string directory, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(adapterPath);
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return Task.Run(
            () =>
            {
                CheckedModel model = Check(modelPath);
                NativeRuntime.Get();
                using LoraFile adapter = LoraFile.Open(new AdapterFile(adapterPath), model);
                Directory.CreateDirectory(directory);
                using var weights = new OutputFile(Path.Combine(directory, PeftImport.FileName), adapterPath, modelPath);
                using var config = new OutputFile(Path.Combine(directory, PeftConfig.FileName));
                PeftExport.Run(model, adapter, adapterPath, weights, config, cancellationToken);
                weights.Complete();
                config.Complete();
            },
            cancellationToken);
    }

    private static CheckedModel Check(string modelPath) => File.Exists(modelPath)
        ? ModelFileCheck.Check(Path.GetFullPath(modelPath))
        : throw ExceptionFactory.ModelNotFound(modelPath);
}
