using LocalInference.Abstractions;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Run;

/// <summary>What a conversation needs of a model, which is in this process or in a server.</summary>
internal interface IConversationModel : IAsyncDisposable
{
    /// <summary>Whether it is made for conversations.</summary>
    bool HasTemplate { get; }

    /// <summary>What it changes of the sampling defaults.</summary>
    SamplingOverrides Sampling { get; }

    /// <summary>What it says where the command line says nothing.</summary>
    ModelDefaults Defaults { get; }

    int ContextLength { get; }

    /// <summary>Continues a text.</summary>
    IAsyncEnumerable<GenerationUpdate> GenerateAsync(string prompt, GenerationOptions options, CancellationToken cancellationToken);

    /// <summary>Answers a conversation.</summary>
    IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, CancellationToken cancellationToken);
}
