using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>
/// Writes conversations in OpenAI's form. Thoughts of earlier answers go along where the dialect has a field for them; OpenAI's own
/// interface has none, and its models are made to do without.
/// </summary>
internal sealed class OpenAIMessageWriter(Utf8JsonWriter json, OpenAIDialect dialect, string provider)
{
    public void Write(IReadOnlyList<ChatMessage> messages)
    {
        json.WriteStartArray("messages");
        foreach (ChatMessage message in messages)
        {
            // Each result is a message of its own; a message of results alone is nothing more.
            List<AIContent> others = [.. message.Contents.Where(static content => content is not (FunctionResultContent or UsageContent))];
            if (message.Role == ChatRole.Assistant)
            {
                Assistant(message, others);
            }
            else if (others.Count > 0 || !message.Contents.OfType<FunctionResultContent>().Any())
            {
                Open(message.Role.Value, message.AuthorName);
                Content(others);
                json.WriteEndObject();
            }

            foreach (FunctionResultContent result in message.Contents.OfType<FunctionResultContent>())
            {
                Open("tool", author: null);
                json.WriteString("tool_call_id", result.CallId);
                json.WriteString("content", ToolFields.Result(result, provider));
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private void Open(string role, string? author)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        if (author is not null)
        {
            json.WriteString("name", author);
        }
    }

    private void Assistant(ChatMessage message, List<AIContent> contents)
    {
        Open("assistant", message.AuthorName);
        AIContent? other = contents.Find(static content => content is not (TextContent or TextReasoningContent or FunctionCallContent));
        if (other is not null)
        {
            throw ExceptionFactory.ContentUnsupported(provider, $"{other.GetType().Name} in an answer");
        }

        FunctionCallContent[] calls = [.. contents.OfType<FunctionCallContent>()];
        string text = string.Concat(contents.OfType<TextContent>().Select(static content => content.Text));
        if (text.Length == 0 && calls.Length > 0)
        {
            json.WriteNull("content");
        }
        else
        {
            json.WriteString("content", text);
        }

        string thoughts = string.Concat(contents.OfType<TextReasoningContent>().Select(static content => content.Text));
        if (thoughts.Length > 0 && dialect.TakesReasoning)
        {
            json.WriteString("reasoning_content", thoughts);
        }

        if (calls.Length > 0)
        {
            json.WriteStartArray("tool_calls");
            foreach (FunctionCallContent call in calls)
            {
                json.WriteStartObject();
                json.WriteString("id", call.CallId);
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", call.Name);
                json.WriteString("arguments", ToolFields.Arguments(call));
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void Content(List<AIContent> contents)
    {
        if (contents.TrueForAll(static content => content is TextContent) && contents.Count <= 1)
        {
            json.WriteString("content", contents.Count == 0 ? "" : ((TextContent)contents[0]).Text);
            return;
        }

        json.WriteStartArray("content");
        foreach (AIContent content in contents)
        {
            json.WriteStartObject();
            Part(content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Part(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                json.WriteString("type", "text");
                json.WriteString("text", text.Text);
                break;
            case DataContent data when data.HasTopLevelMediaType("image"):
                Picture(data.Uri);
                break;
            case UriContent uri when uri.HasTopLevelMediaType("image"):
                Picture(uri.Uri.AbsoluteUri);
                break;
            case DataContent { MediaType: "audio/wav" or "audio/mpeg" or "audio/mp3" } audio:
                json.WriteString("type", "input_audio");
                json.WriteStartObject("input_audio");
                json.WriteString("data", audio.Base64Data.Span);
                json.WriteString("format", audio.MediaType == "audio/wav" ? "wav" : "mp3");
                json.WriteEndObject();
                break;
            case DataContent { MediaType: "application/pdf" } file:
                json.WriteString("type", "file");
                json.WriteStartObject("file");
                json.WriteString("filename", file.Name ?? "document.pdf");
                json.WriteString("file_data", file.Uri);
                json.WriteEndObject();
                break;
            default:
                throw ExceptionFactory.ContentUnsupported(provider, content is DataContent { MediaType: var type } ? $"content of the type {type}" : content.GetType().Name);
        }
    }

    private void Picture(string uri)
    {
        json.WriteString("type", "image_url");
        json.WriteStartObject("image_url");
        json.WriteString("url", uri);
        json.WriteEndObject();
    }
}
