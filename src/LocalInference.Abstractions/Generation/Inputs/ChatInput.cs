using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>A conversation to answer, through the model's chat template. Immutable as far as the messages in it are left alone.</summary>
public sealed record ChatInput : GenerationInput
{
    /// <summary>
    /// The conversation, oldest message first. Text, thoughts, calls and results of functions are read everywhere; what else a model
    /// takes is its own, and what it does not take is a <see cref="GenerationException"/> (<c>content_unsupported</c>), never left out.
    /// Special tokens that somebody spells in a message stay text.
    /// </summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>
    /// The functions that the model may call. <c>AdditionalProperties["strict"]</c> set to <see langword="true"/> asks that arguments
    /// keep to the whole schema, and refuses a schema for which that cannot be promised. Default: none.
    /// </summary>
    public IReadOnlyList<AIFunctionDeclaration> Tools { get; init; } = [];

    /// <summary>Whether it may, must or must not call them; <see langword="null"/>: it decides, as with <see cref="ChatToolMode.Auto"/>.</summary>
    public ChatToolMode? ToolMode { get; init; }

    /// <summary>Whether one answer may hold several calls. Default: yes, where the model can.</summary>
    public bool AllowMultipleToolCalls { get; init; } = true;

    /// <summary>How to think before answering. Default: as the model does by itself.</summary>
    public ReasoningSettings Reasoning { get; init; } = ReasoningSettings.Default;

    /// <summary>
    /// Whether the last message, the assistant's, is only begun: the answer goes on from its end and the events report what follows it.
    /// Default: no.
    /// </summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Documents that the answer should rest on, for models whose template knows documents. Default: none.</summary>
    public IReadOnlyList<GroundingDocument> Documents { get; init; } = [];

    /// <summary>A chat template to use instead of the model's; <see langword="null"/>: the model's.</summary>
    public PromptTemplate? Template { get; init; }

    /// <summary>More variables for the template, by name; they replace those made of the rest of the request. Default: none.</summary>
    public IReadOnlyDictionary<string, JsonElement> TemplateVariables { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
}
