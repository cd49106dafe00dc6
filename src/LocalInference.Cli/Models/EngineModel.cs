using System.Text;
using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference.Cli.Models;

/// <summary>A model in the engine of this process.</summary>
internal sealed class EngineModel(LocalModel model, SamplingOverrides sampling, ModelDefaults defaults) : ILoadedModel
{
    public ModelInfo Info => model.Info;

    public SamplingOverrides Sampling => sampling;

    public ModelDefaults Defaults => defaults;

    public int ContextLength => model.ContextLength;

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string prompt, GenerationOptions options, CancellationToken cancellationToken) =>
        model.GenerateAsync(prompt, options, cancellationToken);

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(ReadOnlyMemory<int> promptTokens, GenerationOptions options, CancellationToken cancellationToken) =>
        model.GenerateAsync(promptTokens, options, cancellationToken);

    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken) =>
        model.EmbedAsync(request, cancellationToken);

    public ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken) =>
        model.RerankAsync(request, cancellationToken);

    public int[] RenderChat(IReadOnlyList<ChatMessage> messages) =>
        model.RenderChat(
            new ChatPromptRequest { Messages = [.. messages.Select(static m => new Text.ChatMessage { Role = m.Role, Content = m.Content })] },
            defaults.TemplateFor(model, hasTools: false, wantsThoughts: false));

    public int[] Encode(string text, bool addSpecial, bool parseSpecial) => model.Tokenizer.Encode(text, addSpecial, parseSpecial);

    public byte[] GetPiece(int token)
    {
        byte[] bytes = model.Tokenizer.GetBytes(token);
        return bytes.Length > 0 ? bytes : Encoding.UTF8.GetBytes(model.Tokenizer.GetName(token));
    }

    public ValueTask DisposeAsync() => model.DisposeAsync();
}
