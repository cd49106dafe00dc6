using LocalInference.Abstractions;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>A token for each character, 1 before a text, 2 before a rendered prompt's only message.</summary>
internal sealed class FakeTokenizer : IPromptTokenizer, ITokenCounter
{
    public ValueTask<IReadOnlyList<int>> TokenizeAsync(string text, TokenizeOptions? options = null, CancellationToken cancellationToken = default) =>
        new([.. options?.AddSpecialTokens == false ? Array.Empty<int>() : [1], .. text.Select(static c => (int)c)]);

    public ValueTask<string> DetokenizeAsync(ReadOnlyMemory<int> tokens, TokenizeOptions? options = null, CancellationToken cancellationToken = default) =>
        new(new string([.. tokens.ToArray().Select(static token => (char)token)]));

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> GetPiecesAsync(ReadOnlyMemory<int> tokens, TokenizeOptions? options = null, CancellationToken cancellationToken = default) =>
        new([.. tokens.ToArray().Select(static token => (ReadOnlyMemory<byte>)new[] { (byte)token })]);

    public ValueTask<RenderedPrompt> RenderAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
        new(new RenderedPrompt(request.Input is ChatInput { Messages: [.., var last] } ? $"<{last.Text}>" : "", request.Input is ChatInput chat ? [1, 2, .. chat.Messages[^1].Text.Select(static c => (int)c)] : [1]));

    public async ValueTask<TokenCount> CountTokensAsync(GenerationRequest request, CancellationToken cancellationToken = default) =>
        new((await RenderAsync(request, cancellationToken)).Tokens.Count, IsEstimate: false);
}
