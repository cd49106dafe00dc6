using LocalInference.Abstractions;

namespace LocalInference.Cli.Run;

/// <summary>What a conversation needs of a model, which is in this process, in a server, or at a provider.</summary>
internal interface IConversationModel : IAsyncDisposable
{
    /// <summary>Whether it is made for conversations.</summary>
    bool HasTemplate { get; }

    /// <summary>Whether it thinks before it answers, as far as somebody knows.</summary>
    bool Thinks { get; }

    /// <summary>Whether what it thought goes back to it with its answer.</summary>
    bool RemembersThoughts { get; }

    /// <summary>What it changes of the sampling defaults.</summary>
    SamplingOverrides Sampling { get; }

    /// <summary>What it says where the command line says nothing.</summary>
    ModelDefaults Defaults { get; }

    /// <summary>Tokens that prompt and answer may have together; 0: not known.</summary>
    int ContextLength { get; }

    /// <summary>Answers a conversation, or continues a text. Which model is asked need not stand in the request.</summary>
    IAsyncEnumerable<GenerationEvent> AnswerAsync(GenerationRequest request, CancellationToken cancellationToken);
}
