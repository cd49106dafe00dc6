using System.Collections.Frozen;
using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference;

/// <summary>All that a request is made into before it is run. Immutable.</summary>
internal sealed record PreparedPrompt
{
    public required int[] Tokens { get; init; }

    /// <summary>How the answer is read; plain text where there is no conversation.</summary>
    public ChatFormat Format { get; init; } = ChatFormat.PlainText;

    public ChatParserOptions Parser { get; init; } = new();

    /// <summary>Whether the prompt ends within a message that the caller began.</summary>
    public bool ContinuesMessage { get; init; }

    /// <summary>What the answer, thoughts included, must match; <see langword="null"/>: anything.</summary>
    public string? Grammar { get; init; }

    /// <summary>What the answer must match once the thoughts are closed.</summary>
    public Func<string, string?> GrammarBehindThoughts { get; init; } = static _ => null;

    /// <summary>Control tokens that the parser must see.</summary>
    public FrozenDictionary<int, byte[]> Marks { get; init; } = FrozenDictionary<int, byte[]>.Empty;

    public PromptTruncation? Truncation { get; init; }
}
