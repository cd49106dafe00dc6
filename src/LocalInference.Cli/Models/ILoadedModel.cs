using LocalInference.Abstractions;

namespace LocalInference.Cli.Models;

/// <summary>What the commands use of <see cref="LocalModel"/>, so that tests can play one.</summary>
internal interface ILoadedModel : IAsyncDisposable
{
    ModelInfo Info { get; }

    /// <summary>What it changes of the sampling defaults.</summary>
    SamplingOverrides Sampling { get; }

    /// <summary>What it says where the command line says nothing.</summary>
    ModelDefaults Defaults { get; }

    int ContextLength { get; }

    IAsyncEnumerable<GenerationUpdate> GenerateAsync(string prompt, GenerationOptions options, CancellationToken cancellationToken);

    IAsyncEnumerable<GenerationUpdate> GenerateAsync(ReadOnlyMemory<int> promptTokens, GenerationOptions options, CancellationToken cancellationToken);

    ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken);

    ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken);

    int[] RenderChat(IReadOnlyList<ChatMessage> messages);

    int[] Encode(string text, bool addSpecial, bool parseSpecial);

    /// <summary>The bytes of one token; a control token's are those of its name.</summary>
    byte[] GetPiece(int token);
}
