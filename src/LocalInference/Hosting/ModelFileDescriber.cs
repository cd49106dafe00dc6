using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Text;

namespace LocalInference;

/// <summary>Says what a model's file tells of it.</summary>
internal static class ModelFileDescriber
{
    // Of enum llama_pooling_type in llama.h.
    private const uint PoolingNone = 0;
    private const uint PoolingRank = 4;

    /// <summary>What the folder tells.</summary>
    public static ModelDescription Outline(ModelLocation model)
    {
        FileInfo file = new(model.Path);
        return new ModelDescription
        {
            Name = model.Name,
            ProviderName = "localinference",
            SizeInBytes = file.Exists ? file.Length : null,
            Sampling = model.Sampling,
            System = model.Defaults.System,
            ModifiedAt = file.Exists ? new DateTimeOffset(file.LastWriteTimeUtc) : null,
        };
    }

    /// <summary>What the headers tell.</summary>
    /// <exception cref="ModelNotFoundException">There is no file.</exception>
    /// <exception cref="ModelUnsupportedException">It is no model.</exception>
    public static ModelDescription Describe(ModelLocation model)
    {
        _ = FileStamp.Of(model.Path);
        try
        {
            using GgufFile file = GgufFile.Open(model.Path);
            GgufModelDescription facts = file.Describe();
            return Outline(model) with
            {
                SizeInBytes = file.FileLength,
                Capabilities = Capabilities(file.Metadata, facts, Templates(model, facts)),
                Architecture = facts.Architecture,
                ParameterCount = facts.ParameterCount,
                Quantization = facts.TensorTypes.Length > 0 ? facts.TensorTypes[0].Type.Name.ToUpperInvariant() : null,
                ContextLength = Number(facts.ContextLength),
                EmbeddingLength = Number(facts.EmbeddingLength),
                Template = Templates(model, facts).FirstOrDefault(),
                Metadata = FileMetadata.ToJson(file.Metadata),
                Tensors = [.. file.Tensors.Select(static tensor => new TensorDescription(tensor.Name, tensor.Type.Name.ToUpperInvariant(), tensor.Dimensions))],
            };
        }
        catch (GgufException e)
        {
            throw ExceptionFactory.ModelUnsupported(model.Path, e.Message.TrimEnd('.'), e.Value, e.Limit, e);
        }
    }

    // The one that is used first; the others serve what it cannot.
    private static List<PromptTemplate> Templates(ModelLocation model, GgufModelDescription facts)
    {
        PromptTemplate? own = facts.ChatTemplate is { } template ? new PromptTemplate(template, PromptTemplateLanguage.Jinja) : null;
        PromptTemplate? given = model.Defaults.Template;
        PromptTemplate?[] templates = given?.Language == PromptTemplateLanguage.Go ? [given, own] : [own ?? given];
        return [.. templates.OfType<PromptTemplate>()];
    }

    private static ModelCapabilities Capabilities(GgufMetadata metadata, GgufModelDescription facts, List<PromptTemplate> templates)
    {
        bool isPooled = metadata.TryGetUInt32($"{facts.Architecture}.pooling_type", out uint pooling) && pooling != PoolingNone;
        bool isCausal = !metadata.TryGetBoolean($"{facts.Architecture}.attention.causal", out bool causal) || causal;
        ModelCapabilities capabilities = isPooled ? (pooling == PoolingRank ? ModelCapabilities.Rerank : ModelCapabilities.Embedding) : ModelCapabilities.None;
        if (isCausal && !isPooled)
        {
            capabilities |= ModelCapabilities.Completion;
            capabilities = templates.Aggregate(capabilities, static (all, template) => all | OfTemplate(template));
            capabilities |= metadata.ContainsKey("tokenizer.ggml.fim_pre_token_id") ? ModelCapabilities.Infill : ModelCapabilities.None;
        }

        return capabilities;
    }

    // A template that does not parse is still the model's: the error belongs to who chats with it.
    private static ModelCapabilities OfTemplate(PromptTemplate given)
    {
        try
        {
            ChatTemplate template = given.Language == PromptTemplateLanguage.Go ? ChatTemplate.FromGo(given.Source) : ChatTemplate.FromJinja(given.Source);
            return ModelCapabilities.Chat
                | (template.Capabilities.Tools ? ModelCapabilities.Tools : ModelCapabilities.None)
                | (template.Capabilities.Thinking || ChatFormatDetector.Detect(template).HasReasoning ? ModelCapabilities.Reasoning : ModelCapabilities.None);
        }
        catch (TemplateException)
        {
            return ModelCapabilities.Chat;
        }
    }

    private static int? Number(long? value) => value is { } number ? (int)Math.Min(number, int.MaxValue) : null;
}
