using System.Text.Json;
using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>
/// Reads conversations as ShareGPT's exports and LLaMA-Factory write them: <c>from</c> and <c>value</c>, calls and results as turns
/// of their own, tools as JSON in a text.
/// </summary>
internal static class ShareGptJson
{
    /// <exception cref="FormatException">It is not of this format.</exception>
    public static ConversationRecord Read(int line, JsonElement root)
    {
        var messages = new List<ChatMessage>();
        if (RecordJson.OptionalText(root, "system") is { Length: > 0 } system)
        {
            messages.Add(new ChatMessage { Role = "system", Content = system });
        }

        messages.AddRange(RecordJson.Items(RecordJson.Required(root, "conversations"), "conversations").Select(Message));
        return new ConversationRecord(line, messages, Tools(root), new HashSet<int>());
    }

    private static ChatMessage Message(JsonElement turn)
    {
        string from = RecordJson.OptionalText(turn, "from") ?? RecordJson.Text(turn, "role");
        string value = RecordJson.OptionalText(turn, "value") ?? RecordJson.Text(turn, "content");
        return from.ToLowerInvariant() switch
        {
            "human" or "user" => new ChatMessage { Role = "user", Content = value },
            "gpt" or "assistant" or "model" or "chatgpt" or "bot" => new ChatMessage { Role = "assistant", Content = value },
            "system" => new ChatMessage { Role = "system", Content = value },
            "function_call" => new ChatMessage { Role = "assistant", ToolCalls = Calls(value) },
            "observation" or "tool" or "function_response" => new ChatMessage { Role = "tool", Content = value },

            // What it is meant to be is not known; the check of roles says so.
            _ => new ChatMessage { Role = from, Content = value },
        };
    }

    private static ChatToolCall[] Calls(string value)
    {
        using JsonDocument document = Parse(value, "a function_call");
        return document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray().Select(Call)] : [Call(document.RootElement)];
    }

    private static ChatToolCall Call(JsonElement call) =>
        new(RecordJson.Text(call, "name"), RecordJson.Property(call, "arguments") is { } arguments ? arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : arguments.GetRawText() : "{}", Id: null);

    private static ChatTool[] Tools(JsonElement root)
    {
        if (RecordJson.Property(root, "tools") is not { } tools)
        {
            return [];
        }

        if (tools.ValueKind != JsonValueKind.String)
        {
            return RecordJson.Tools(tools);
        }

        if (string.IsNullOrWhiteSpace(tools.GetString()))
        {
            return [];
        }

        using JsonDocument document = Parse(tools.GetString()!, "\"tools\"");
        return RecordJson.Tools(document.RootElement.Clone());
    }

    private static JsonDocument Parse(string json, string what)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new FormatException($"{what} is no JSON", e);
        }
    }
}
