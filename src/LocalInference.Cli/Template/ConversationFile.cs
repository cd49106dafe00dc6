using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Text;

namespace LocalInference.Cli.Template;

/// <summary>
/// A conversation in a JSON file, in the shape of OpenAI's chat completions: messages with <c>role</c>, <c>content</c> (text or parts),
/// <c>reasoning_content</c>, <c>tool_calls</c>, <c>tool_call_id</c>, <c>name</c>; Ollama's <c>thinking</c> and <c>tool_name</c> are read too.
/// </summary>
internal static class ConversationFile
{
    public static ChatPromptRequest Read(string messagesPath, string? toolsPath)
    {
        JsonElement root = ReadFile(messagesPath);
        bool isObject = root.ValueKind == JsonValueKind.Object;
        JsonElement messages = !isObject ? root : root.TryGetProperty("messages", out JsonElement inner) ? inner : throw Unusable(messagesPath, "it has no \"messages\"");
        JsonElement? tools = toolsPath is not null ? ReadFile(toolsPath) : isObject && root.TryGetProperty("tools", out JsonElement given) ? given : null;
        return new ChatPromptRequest
        {
            Messages = [.. Items(messages, messagesPath, "messages").Select((message, i) => Message(message, messagesPath, i))],
            Tools = tools is { } list ? [.. Items(list, toolsPath ?? messagesPath, "tools").Select(tool => Tool(tool, toolsPath ?? messagesPath))] : [],
        };
    }

    /// <summary>Reads a file with an array of tools.</summary>
    public static IReadOnlyList<ChatTool> ReadTools(string path) => [.. Items(ReadFile(path), path, "tools").Select(tool => Tool(tool, path))];

    private static ChatMessage Message(JsonElement message, string path, int index)
    {
        string place = $"message {index + 1}";
        string role = Text(message, "role") ?? throw Unusable(path, $"{place} has no \"role\"");
        bool hasContent = message.TryGetProperty("content", out JsonElement content);
        return new ChatMessage
        {
            Role = role,
            Content = hasContent && content.ValueKind == JsonValueKind.String ? content.GetString() : null,
            Parts = hasContent && content.ValueKind == JsonValueKind.Array ? [.. content.EnumerateArray().Select(part => Part(part, path, place))] : null,
            ReasoningContent = Text(message, "reasoning_content") ?? Text(message, "thinking"),
            ToolCalls = message.TryGetProperty("tool_calls", out JsonElement calls) && calls.ValueKind == JsonValueKind.Array ? [.. calls.EnumerateArray().Select(call => Call(call, path, place))] : [],
            Name = Text(message, "name") ?? Text(message, "tool_name"),
            ToolCallId = Text(message, "tool_call_id"),
        };
    }

    private static ChatContentPart Part(JsonElement part, string path, string place) =>
        new(Text(part, "type") ?? throw Unusable(path, $"a part of {place} has no \"type\""), Text(part, "text"));

    private static ChatToolCall Call(JsonElement call, string path, string place)
    {
        JsonElement function = Property(call, "function") ?? call;
        string name = Text(function, "name") ?? throw Unusable(path, $"a call of {place} has no \"name\"");
        string arguments = Text(function, "arguments") ?? Property(function, "arguments")?.GetRawText() ?? "{}";
        return new ChatToolCall(name, arguments, Text(call, "id"));
    }

    private static ChatTool Tool(JsonElement tool, string path)
    {
        JsonElement function = Property(tool, "function") ?? tool;
        string name = Text(function, "name") ?? throw Unusable(path, "a tool has no \"name\"");
        return new ChatTool(name, Text(function, "description"), Property(function, "parameters"));
    }

    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? Text(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement list, string path, string name) => list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object ? item : throw Unusable(path, $"one of its {name} is no object"))
        : throw Unusable(path, $"its {name} are no array");

    private static JsonElement ReadFile(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(stream);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw Unusable(path, $"it is no JSON: {e.Message}");
        }
    }

    private static CliException Unusable(string path, string why) =>
        new($"'{path}' cannot be read: {why}.", "Write it as the messages of OpenAI's chat completions.");
}
