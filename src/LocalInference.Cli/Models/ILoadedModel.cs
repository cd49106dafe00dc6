using LocalInference.Abstractions;
using LocalInference.Cli.Run;

namespace LocalInference.Cli.Models;

/// <summary>What the commands use of <see cref="LocalModel"/>, so that tests can play one.</summary>
internal interface ILoadedModel : IConversationModel
{
    ModelInfo Info { get; }

    bool IConversationModel.HasTemplate => (Info.ChatTemplate ?? Defaults.Template?.Source) is not null;

    bool IConversationModel.RemembersThoughts => true;

    IAsyncEnumerable<GenerationUpdate> GenerateAsync(ReadOnlyMemory<int> promptTokens, GenerationOptions options, CancellationToken cancellationToken);

    ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken);

    ValueTask<RerankResult> RerankAsync(RerankRequest request, CancellationToken cancellationToken);

    int[] Encode(string text, bool addSpecial, bool parseSpecial);

    /// <summary>The bytes of one token; a control token's are those of its name.</summary>
    byte[] GetPiece(int token);
}
