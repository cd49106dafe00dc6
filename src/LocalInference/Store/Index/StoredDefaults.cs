using System.Text;
using LocalInference.Abstractions;
using LocalInference.Text;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>Reads what a stored model says for requests that say nothing themselves.</summary>
internal static class StoredDefaults
{
    /// <exception cref="StoreException">Something is damaged or missing.</exception>
    public static ModelDefaults Read(IndexedModel entry) => new()
    {
        Template = ReadTemplate(entry),
        System = ReadText(entry, MediaTypes.System),
        Messages = [.. StoredMessages.Read(entry).Select(static message => new Microsoft.Extensions.AI.ChatMessage(new ChatRole(message.Role), message.Content))],
        StopSequences = entry.Parameters.StopSequences,
        MaxTokens = entry.Parameters.MaxTokens,
    };

    // A RENDERER that nobody knows leaves the file's own template, which is what the model's maker has written. The PARSER is found from
    // the template.
    private static PromptTemplate? ReadTemplate(IndexedModel entry) =>
        ReadText(entry, MediaTypes.Template) is { } source ? new PromptTemplate(source, PromptTemplateLanguage.Go)
        : PublishedTemplates.Find(entry.Config.Renderer ?? "") is { } published ? new PromptTemplate(published.Source, PromptTemplateLanguage.Jinja)
        : null;

    private static string? ReadText(IndexedModel entry, string mediaType) =>
        entry.Manifest.OfType(mediaType).LastOrDefault() is { } layer && Encoding.UTF8.GetString(entry.Read(layer)) is { Length: > 0 } text ? text : null;
}
