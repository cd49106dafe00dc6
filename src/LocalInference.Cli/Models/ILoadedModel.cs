using LocalInference.Abstractions;

namespace LocalInference.Cli.Models;

/// <summary>What the commands use of <see cref="LocalModel"/>, so that tests can play one.</summary>
internal interface ILoadedModel : IAsyncDisposable
{
    public ModelInfo Info { get; }

    public int ContextLength { get; }

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string prompt, GenerationOptions options, CancellationToken cancellationToken);

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(ReadOnlyMemory<int> promptTokens, GenerationOptions options, CancellationToken cancellationToken);

    public int[] RenderChat(IReadOnlyList<ChatMessage> messages);

    public int[] Encode(string text, bool addSpecial, bool parseSpecial);

    /// <summary>The bytes of one token; a control token's are those of its name.</summary>
    public byte[] GetPiece(int token);
}
