using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Text;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>A chat client's messages as templates see them.</summary>
internal sealed class ChatMessages(JsonSerializerOptions json)
{
    private readonly Dictionary<string, string> _functions = new(StringComparer.Ordinal);
    private readonly List<Text.ChatMessage> _messages = [];

    /// <exception cref="GenerationException">A message holds what a model that reads text cannot take.</exception>
    public static IReadOnlyList<Text.ChatMessage> Of(IReadOnlyList<Microsoft.Extensions.AI.ChatMessage> messages, JsonSerializerOptions json)
    {
        var converted = new ChatMessages(json);
        foreach (Microsoft.Extensions.AI.ChatMessage message in messages)
        {
            converted.Add(message);
        }

        return converted._messages.Count > 0 ? converted._messages : throw ExceptionFactory.Generation("messages_empty", "The conversation has no message with content", "Send at least one.");
    }

    /// <summary>The text of a part of a message or of a function's result.</summary>
    /// <exception cref="GenerationException">It is something else (<c>content_unsupported</c>).</exception>
    public static string TextOf(AIContent content) => content switch
    {
        TextContent text => text.Text,
        DataContent data when data.HasTopLevelMediaType("text") => Encoding.UTF8.GetString(data.Data.Span),
        _ => throw ExceptionFactory.Generation("content_unsupported", $"This model reads text only, not {Kind(content)}", "Leave it out, or say in words what it shows."),
    };

    private void Add(Microsoft.Extensions.AI.ChatMessage message)
    {
        // Nothing was said. Templates that insist on turns refuse two of one side in a row, so only an answer keeps its place.
        if (message.Contents.Count == 0 && !(message.Role == ChatRole.Assistant && _messages is [.., { Role: "user" }]))
        {
            return;
        }

        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        var calls = new List<ChatToolCall>();
        var results = new List<Text.ChatMessage>();
        foreach (AIContent content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    text.Append(part.Text);
                    break;
                case TextReasoningContent part:
                    reasoning.Append(part.Text);
                    break;
                case FunctionCallContent call:
                    _functions[call.CallId] = call.Name;
                    calls.Add(new ChatToolCall(call.Name, FunctionJson.Arguments(call, json), call.CallId));
                    break;
                case FunctionResultContent result:
                    results.Add(new Text.ChatMessage
                    {
                        Role = "tool",
                        Content = FunctionJson.Result(result, json),
                        Name = _functions.GetValueOrDefault(result.CallId),
                        ToolCallId = result.CallId,
                    });
                    break;
                case DataContent or UriContent or HostedFileContent:
                    text.Append(TextOf(content));
                    break;
                default:
                    // Usage, errors and approvals are about the conversation, not in it.
                    break;
            }
        }

        if (text.Length > 0 || reasoning.Length > 0 || calls.Count > 0 || results.Count == 0)
        {
            _messages.Add(new Text.ChatMessage
            {
                Role = message.Role.Value,
                Content = text.Length > 0 || calls.Count == 0 ? text.ToString() : null,
                ReasoningContent = reasoning.Length > 0 ? reasoning.ToString() : null,
                ToolCalls = calls,
            });
        }

        _messages.AddRange(results);
    }

    private static string Kind(AIContent content) => content switch
    {
        DataContent data => data.MediaType,
        UriContent uri => uri.MediaType,
        HostedFileContent => "files",
        _ => content.GetType().Name,
    };
}
