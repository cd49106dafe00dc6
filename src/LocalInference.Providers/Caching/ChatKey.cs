using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>What of a conversation shapes its answer; see <see cref="RequestKey"/>.</summary>
internal static class ChatKey
{
    public static void Add(KeyWriter key, ChatInput chat, ChatMessage? question)
    {
        key.Add((long)chat.Messages.Count);
        foreach (ChatMessage message in chat.Messages)
        {
            key.Add(message.Role.Value);
            key.Add(message.AuthorName);
            key.AddValues(message.AdditionalProperties);
            if (message != question)
            {
                key.Add((long)message.Contents.Count);
                foreach (AIContent content in message.Contents)
                {
                    Add(key, content);
                }
            }
        }

        key.Add((long)chat.Tools.Count);
        foreach (AIFunctionDeclaration tool in chat.Tools)
        {
            key.Add(tool.Name);
            key.Add(tool.Description);
            key.Add(tool.JsonSchema);
            key.AddValues(tool.AdditionalProperties);
        }

        key.Add(chat.ToolMode?.GetType().Name);
        key.Add((chat.ToolMode as RequiredChatToolMode)?.RequiredFunctionName);
        key.Add(chat.AllowMultipleToolCalls);
        key.Add(chat.Reasoning.Enabled);
        key.Add(chat.Reasoning.Effort);
        key.Add((long?)chat.Reasoning.MaxTokens);
        key.Add((long)chat.Reasoning.Visibility);
        key.Add(chat.ContinueFinalMessage);
        key.Add((long)chat.Documents.Count);
        foreach (GroundingDocument document in chat.Documents)
        {
            key.Add(document.Title);
            key.Add(document.Text);
        }

        key.Add(chat.Template?.Source);
        key.Add((long?)chat.Template?.Language);
        key.Add((long)chat.TemplateVariables.Count);
        foreach ((string name, System.Text.Json.JsonElement value) in chat.TemplateVariables.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            key.Add(name);
            key.Add(value);
        }
    }

    private static void Add(KeyWriter key, AIContent content)
    {
        key.AddValues(content.AdditionalProperties);
        switch (content)
        {
            case TextContent text:
                key.Add("text");
                key.Add(text.Text);
                break;
            case TextReasoningContent reasoning:
                key.Add("reasoning");
                key.Add(reasoning.Text);
                key.Add(reasoning.ProtectedData);
                break;
            case FunctionCallContent call:
                key.Add("call");
                key.Add(call.CallId);
                key.Add(call.Name);
                key.AddValues(call.Arguments);
                break;
            case FunctionResultContent result:
                key.Add("result");
                key.Add(result.CallId);
                key.AddValue(result.Result);

                // Of an exception providers are told that there was one.
                key.Add(result.Exception is not null);
                break;
            case DataContent data:
                key.Add("data");
                key.Add(data.MediaType);
                key.Add(data.Data.Span);
                break;
            default:
                // An address may show something else tomorrow, and what else there is nobody knows here.
                key.AddValue(content);
                break;
        }
    }
}
