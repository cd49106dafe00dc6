using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>Writes conversations in Ollama's form: one text, thoughts, pictures and calls for each message, results as messages of their own.</summary>
internal sealed class OllamaMessageWriter(Utf8JsonWriter json, string provider)
{
    public void Write(IReadOnlyList<ChatMessage> messages)
    {
        // Results are told apart by the function's name, which their calls have.
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        json.WriteStartArray("messages");
        foreach (ChatMessage message in messages)
        {
            foreach (FunctionCallContent call in message.Contents.OfType<FunctionCallContent>())
            {
                names[call.CallId] = call.Name;
            }

            List<AIContent> others = [.. message.Contents.Where(static content => content is not (FunctionResultContent or UsageContent))];
            if (others.Count > 0 || !message.Contents.OfType<FunctionResultContent>().Any())
            {
                Write(message.Role.Value, others);
            }

            foreach (FunctionResultContent result in message.Contents.OfType<FunctionResultContent>())
            {
                json.WriteStartObject();
                json.WriteString("role", "tool");
                json.WriteString("content", ToolFields.Result(result, provider));
                json.WriteString("tool_call_id", result.CallId);
                if (names.TryGetValue(result.CallId, out string? name))
                {
                    json.WriteString("tool_name", name);
                }

                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private void Write(string role, List<AIContent> contents)
    {
        AIContent? other = contents.Find(static content => content is not (TextContent or TextReasoningContent or FunctionCallContent) && !IsPicture(content));
        if (other is not null)
        {
            throw ExceptionFactory.ContentUnsupported(provider, other is DataContent { MediaType: var type } ? $"content of the type {type}" : other.GetType().Name);
        }

        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", string.Concat(contents.OfType<TextContent>().Select(static text => text.Text)));
        string thoughts = string.Concat(contents.OfType<TextReasoningContent>().Select(static reasoning => reasoning.Text));
        if (thoughts.Length > 0)
        {
            json.WriteString("thinking", thoughts);
        }

        DataContent[] pictures = [.. contents.OfType<DataContent>()];
        if (pictures.Length > 0)
        {
            json.WriteStartArray("images");
            foreach (DataContent picture in pictures)
            {
                json.WriteStringValue(picture.Base64Data.Span);
            }

            json.WriteEndArray();
        }

        Calls([.. contents.OfType<FunctionCallContent>()]);
        json.WriteEndObject();
    }

    private void Calls(FunctionCallContent[] calls)
    {
        if (calls.Length == 0)
        {
            return;
        }

        json.WriteStartArray("tool_calls");
        foreach (FunctionCallContent call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id", call.CallId);
            json.WriteStartObject("function");
            json.WriteString("name", call.Name);
            json.WritePropertyName("arguments");
            json.WriteRawValue(ToolFields.Arguments(call));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static bool IsPicture(AIContent content) => content is DataContent data && data.HasTopLevelMediaType("image");
}
