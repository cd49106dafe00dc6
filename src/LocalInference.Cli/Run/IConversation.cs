using LocalInference.Abstractions;

namespace LocalInference.Cli.Run;

/// <summary>What has been said with a model, wherever it runs.</summary>
internal interface IConversation
{
    /// <summary>Whether the model sees all of it; otherwise each prompt is continued on its own.</summary>
    bool IsChat { get; }

    /// <summary>Tokens that prompt and answer may have together; <see langword="null"/>: not known.</summary>
    int? ContextLength { get; }

    string? System { get; set; }

    void Clear();

    IAsyncEnumerable<GenerationUpdate> Ask(string prompt, GenerationOptions options, CancellationToken cancellationToken);

    /// <summary>Keeps a question and its answer, stopped ones too: the person has read that much of it.</summary>
    void Remember(string prompt, string answer);
}
