using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Describes a model from the header of its file.</summary>
internal static class ModelFileDescription
{
    /// <exception cref="ModelNotFoundException">No file is there.</exception>
    /// <exception cref="ModelUnsupportedException">It is no GGUF file.</exception>
    public static Task<ModelDescription> ReadAsync(string name, RegisteredModel model, CancellationToken cancellationToken) =>
        Task.Run(() => Read(name, model), cancellationToken);

    private static ModelDescription Read(string name, RegisteredModel model)
    {
        string path = Path.GetFullPath(model.Path);
        if (!File.Exists(path))
        {
            throw ExceptionFactory.ModelNotFound(path);
        }

        try
        {
            using GgufFile file = GgufFile.Open(path);
            GgufModelDescription description = file.Describe();
            return new ModelDescription
            {
                Name = name,
                ProviderName = GenerationTelemetry.ProviderName,
                Capabilities = Capabilities(file, description),
                SizeInBytes = file.FileLength,
                ModifiedAt = new DateTimeOffset(File.GetLastWriteTimeUtc(path)),
                Architecture = description.Architecture,
                ParameterCount = description.ParameterCount,
                Quantization = description.TensorTypes is [var most, ..] ? $"{most.Type}" : null,
                ContextLength = Narrow(description.ContextLength),
                EmbeddingLength = Narrow(description.EmbeddingLength),
                Template = description.ChatTemplate is { } template ? new PromptTemplate(template, PromptTemplateLanguage.Jinja) : null,
                Sampling = model.Sampling,
            };
        }
        catch (GgufException e)
        {
            throw ExceptionFactory.ModelUnsupported(path, e.Message, inner: e);
        }
    }

    // llama.cpp writes how a model pools into the files of those that embed; the architectures that only embed read both ways.
    private static ModelCapabilities Capabilities(GgufFile file, GgufModelDescription description)
    {
        const uint Ranks = 4;
        bool pools = file.Metadata.TryGetUInt32($"{description.Architecture}.pooling_type", out uint pooling);
        bool isCausal = !file.Metadata.TryGetBoolean($"{description.Architecture}.attention.causal", out bool causal) || causal;
        ModelCapabilities capabilities = pools && pooling == Ranks ? ModelCapabilities.Rerank : ModelCapabilities.Embedding;
        if (!isCausal || (pools && pooling == Ranks))
        {
            return capabilities;
        }

        capabilities |= ModelCapabilities.Completion;
        return description.ChatTemplate is null ? capabilities : capabilities | ModelCapabilities.Chat;
    }

    private static int? Narrow(long? value) => value is null ? null : (int)Math.Min(value.Value, int.MaxValue);
}
