using System.Text;
using LocalInference.Abstractions;
using LocalInference.Cli.Run;

namespace LocalInference.Cli.Models;

/// <summary>A model in the engine of this process.</summary>
internal sealed class EngineModel(LocalModel model, SamplingOverrides sampling, ModelDefaults defaults) : ILoadedModel
{
    private readonly ITextGenerator _generator = model.AsTextGenerator(new LocalTextGeneratorOptions { Sampling = sampling.Over(SamplingOptions.Default) });

    public ModelInfo Info => model.Info;

    public SamplingOverrides Sampling => sampling;

    public ModelDefaults Defaults => defaults;

    public int ContextLength => model.ContextLength;

    public bool Thinks
    {
        get
        {
            if (!((IConversationModel)this).HasTemplate)
            {
                return false;
            }

            ModelTemplate template = model.Chat.Find(TemplateFor(wantsThoughts: true));
            return template.Template.Capabilities.Thinking || template.Format.HasReasoning;
        }
    }

    public IAsyncEnumerable<GenerationEvent> AnswerAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        GenerationInput input = request.Input switch
        {
            ChatInput chat => chat with { Template = TemplateFor(chat.Reasoning.Enabled == true) },

            // As a server reads it that is told "raw".
            PromptInput prompt => prompt with { ParseSpecialTokens = true },
            var other => other,
        };
        return _generator.GenerateAsync(request with { Input = input }, cancellationToken);
    }

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(ReadOnlyMemory<int> promptTokens, GenerationOptions options, CancellationToken cancellationToken) =>
        model.GenerateAsync(promptTokens, options, cancellationToken);

    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken) =>
        model.EmbedAsync(request, cancellationToken);

    public ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken) =>
        model.RerankAsync(request, cancellationToken);

    public int[] Encode(string text, bool addSpecial, bool parseSpecial) => model.Tokenizer.Encode(text, addSpecial, parseSpecial);

    public byte[] GetPiece(int token)
    {
        byte[] bytes = model.Tokenizer.GetBytes(token);
        return bytes.Length > 0 ? bytes : Encoding.UTF8.GetBytes(model.Tokenizer.GetName(token));
    }

    public ValueTask DisposeAsync() => model.DisposeAsync();

    private PromptTemplate? TemplateFor(bool wantsThoughts) => defaults.TemplateFor(model, hasTools: false, wantsThoughts);
}
