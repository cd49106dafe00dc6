using System.Text;
using System.Text.Json;
using LocalInference.Text;
using LocalInference.Text.Parsing;

namespace LocalInference;

/// <summary>
/// Tools for models whose template knows none: the tools are described in the system message, and calls and results are written
/// into the messages, in the form that Nous Research's Hermes models made common and most models have seen. A grammar holds the
/// model to it.
/// </summary>
internal static class ToolInstructions
{
    private const string CallStart = "<tool_call>";
    private const string CallEnd = "</tool_call>";

    /// <summary>The model's format with calls as the instructions ask for them.</summary>
    public static ChatFormat Format(ChatFormat format) =>
        format with { Tools = new ToolFormat { Syntax = CallSyntax.Json, CallStart = CallStart, CallEnd = CallEnd } };

    /// <summary>The conversation with tools, calls and results in its texts.</summary>
    public static IReadOnlyList<ChatMessage> Rewrite(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ChatTool> tools)
    {
        var rewritten = new List<ChatMessage>(messages.Count + 1);
        if (tools.Count > 0)
        {
            string instructions = Instructions(tools);
            bool hasSystem = messages is [{ Role: "system" or "developer" }, ..];
            rewritten.Add(new ChatMessage { Role = "system", Content = hasSystem ? $"{messages[0].Content}\n\n{instructions}" : instructions });
            messages = hasSystem ? [.. messages.Skip(1)] : messages;
        }

        foreach (ChatMessage message in messages)
        {
            if (message.Role == "tool")
            {
                AddResult(rewritten, message);
            }
            else
            {
                rewritten.Add(message.ToolCalls.Count > 0 ? WithCalls(message) : message);
            }
        }

        return rewritten;
    }

    // Results of one answer's calls are one message of the user: templates insist on turns.
    private static void AddResult(List<ChatMessage> messages, ChatMessage result)
    {
        string text = $"<tool_response>\n{result.Content}\n</tool_response>";
        if (messages is [.., { Role: "user", Content: { } before } last] && before.StartsWith("<tool_response>", StringComparison.Ordinal))
        {
            messages[^1] = last with { Content = $"{before}\n{text}" };
        }
        else
        {
            messages.Add(new ChatMessage { Role = "user", Content = text });
        }
    }

    private static ChatMessage WithCalls(ChatMessage message)
    {
        var text = new StringBuilder(message.Content);
        foreach (ChatToolCall call in message.ToolCalls)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(CallStart).Append("\n{\"name\": ").Append(Quoted(call.Name));
            text.Append(", \"arguments\": ").Append(call.Arguments).Append("}\n").Append(CallEnd);
        }

        return message with { Content = text.ToString(), ToolCalls = [] };
    }

    private static string Instructions(IReadOnlyList<ChatTool> tools)
    {
        var text = new StringBuilder("You can call functions. These are the functions, one JSON object a line:\n<tools>\n");
        foreach (ChatTool tool in tools)
        {
            text.Append(FunctionJson.Write(writer => WriteTool(writer, tool))).Append('\n');
        }

        return text.Append("</tools>\nTo call one, answer with its name and its arguments as JSON between these marks:\n")
            .Append(CallStart).Append("\n{\"name\": \"NAME\", \"arguments\": {}}\n").Append(CallEnd)
            .Append("\nThe result comes back between <tool_response> and </tool_response>.").ToString();
    }

    private static void WriteTool(Utf8JsonWriter writer, ChatTool tool)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tool.Name);
        writer.WriteString("description", tool.Description ?? "");
        if (tool.Parameters is { } parameters)
        {
            writer.WritePropertyName("parameters");
            parameters.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
