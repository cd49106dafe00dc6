using System.Text.Json;

namespace LocalInference.Text;

/// <summary>What a chat template is rendered for. Immutable.</summary>
public sealed record ChatPromptRequest
{
    /// <summary>The conversation, oldest message first.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>The tools that the model may call. Default: none.</summary>
    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>Documents to rest the answer on. Default: none.</summary>
    public IReadOnlyList<ChatDocument> Documents { get; init; } = [];

    /// <summary>Whether the prompt ends with the head of an assistant's message. Default: yes. Go templates decide that themselves.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>
    /// Whether the last message, an assistant's, is only begun: the prompt then ends within it, and the model goes on from there.
    /// A message with thoughts and no content goes on thinking. Default: no. Go templates always do so.
    /// </summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Whether the model should think first; <see langword="null"/>, the default: as the template has it.</summary>
    public bool? EnableThinking { get; init; }

    /// <summary>How much to think, such as <c>low</c> or <c>high</c>; <see langword="null"/>, the default: as the template has it.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>
    /// More variables for the template, by name; they replace those made from the other properties. Their texts count as content.
    /// Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>The text behind the place to write at, for completion in the middle by a Go template; <see langword="null"/>: none.</summary>
    public string? Suffix { get; init; }

    /// <summary>The time that a template sees; <see langword="null"/>, the default: now, by <see cref="ChatTemplateOptions.TimeProvider"/>.</summary>
    public DateTimeOffset? Now { get; init; }
}
