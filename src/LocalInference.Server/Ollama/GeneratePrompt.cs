using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Ollama;

/// <summary>What an answer of <c>/api/generate</c> follows.</summary>
internal sealed record GeneratePrompt
{
    public required string Text { get; init; }

    /// <summary>The text behind the place to write at.</summary>
    public string? Suffix { get; init; }

    public string? System { get; init; }

    /// <summary>A template in Go's language to use instead of the model's.</summary>
    public string? Template { get; init; }

    /// <summary>Tokens of what was said before, as an earlier answer gave them.</summary>
    public ReadOnlyMemory<int> Context { get; init; }

    /// <summary>Whether the text is the whole prompt, special tokens spelled out.</summary>
    public bool IsRaw { get; init; }

    public static GeneratePrompt Read(JsonFields request)
    {
        int[] context = [.. request.Items("context").Select(static item => JsonFields.AsInteger(item.Value, item.Path))];
        var prompt = new GeneratePrompt
        {
            Text = request.Text("prompt") ?? "",
            Suffix = request.Text("suffix") is { Length: > 0 } suffix ? suffix : null,
            System = request.Text("system") is { Length: > 0 } system ? system : null,
            Template = request.Text("template") is { Length: > 0 } template ? template : null,

            // An empty array would not be equal to none.
            Context = context.Length > 0 ? context : ReadOnlyMemory<int>.Empty,
            IsRaw = request.Truth("raw") ?? false,
        };
        return prompt.IsRaw && (prompt.Template is not null || prompt.System is not null || !prompt.Context.IsEmpty)
            ? throw RequestException.Bad("raw mode does not support template, system, or context", "raw")
            : prompt;
    }

    /// <summary>The input behind its context.</summary>
    /// <param name="reasoning">How to think.</param>
    /// <param name="hasTemplate">Whether there is a template for conversations, the model's or the request's.</param>
    public GenerationInput ToInput(ReasoningSettings reasoning, bool hasTemplate) =>
        IsRaw || Suffix is not null || !hasTemplate
            ? new PromptInput { Text = Text, Suffix = Suffix, ParseSpecialTokens = IsRaw, PrecedingTokens = Context }
            : new ChatInput
            {
                Messages = System is null ? [new ChatMessage(ChatRole.User, Text)] : [new ChatMessage(ChatRole.System, System), new ChatMessage(ChatRole.User, Text)],
                Template = Template is null ? null : new PromptTemplate(Template, PromptTemplateLanguage.Go),
                Reasoning = reasoning,
                PrecedingTokens = Context,
            };
}
