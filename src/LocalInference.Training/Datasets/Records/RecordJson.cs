using System.Text.Json;
using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>Reads the objects of JSON datasets. Anything unexpected is a <see cref="FormatException"/> that says what and where.</summary>
internal static class RecordJson
{
    private static readonly IReadOnlySet<int> s_all = new HashSet<int>();

    /// <summary>The format of an object, by the names of its properties.</summary>
    public static DatasetFormat? Detect(JsonElement root) => root.ValueKind != JsonValueKind.Object ? null
        : root.TryGetProperty("messages", out _) ? DatasetFormat.Chat
        : root.TryGetProperty("conversations", out _) ? DatasetFormat.ShareGpt
        : root.TryGetProperty("instruction", out _) ? DatasetFormat.Alpaca
        : root.TryGetProperty("prompt", out _) ? DatasetFormat.Completion
        : root.TryGetProperty("text", out _) ? DatasetFormat.Text
        : null;

    /// <exception cref="FormatException">It is not of this format.</exception>
    public static DatasetRecord Read(int line, JsonElement root, DatasetFormat format)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("it is no JSON object");
        }

        return format switch
        {
            DatasetFormat.Chat => Conversation(line, Messages(Required(root, "messages")), Property(root, "tools")),
            DatasetFormat.ShareGpt => ShareGptJson.Read(line, root),
            DatasetFormat.Alpaca => Alpaca(line, root),
            DatasetFormat.Completion => Completion(line, root),
            _ => new TextRecord(line, Text(root, "text")),
        };
    }

    /// <summary>Tools as OpenAI writes them, or as bare functions.</summary>
    public static ChatTool[] Tools(JsonElement? tools) => tools is not { } list ? [] : [.. Items(list, "tools").Select(static tool =>
    {
        JsonElement function = Property(tool, "function") ?? tool;
        return new ChatTool(Text(function, "name"), OptionalText(function, "description"), Property(function, "parameters"));
    })];

    public static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static JsonElement Required(JsonElement element, string name) => Property(element, name) ?? throw new FormatException($"it has no \"{name}\"");

    public static string Text(JsonElement element, string name) => OptionalText(element, name) ?? throw new FormatException($"it has no \"{name}\"");

    public static string? OptionalText(JsonElement element, string name) => Property(element, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw new FormatException($"\"{name}\" is no text"),
    };

    public static IEnumerable<JsonElement> Items(JsonElement list, string name) => list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray()
        : throw new FormatException($"\"{name}\" is no array");

    private static ConversationRecord Conversation(int line, (ChatMessage Message, bool IsLearned)[] messages, JsonElement? tools) => new(
        line,
        [.. messages.Select(static message => message.Message)],
        Tools(tools),
        messages.Index().Where(static message => !message.Item.IsLearned).Select(static message => message.Index).ToHashSet());

    private static (ChatMessage Message, bool IsLearned)[] Messages(JsonElement messages) => [.. Items(messages, "messages").Select(static message =>
    {
        JsonElement? content = Property(message, "content");
        return (
            new ChatMessage
            {
                Role = Text(message, "role"),
                Content = content is { ValueKind: JsonValueKind.String } text ? text.GetString() : null,
                Parts = content switch
                {
                    null or { ValueKind: JsonValueKind.String } => null,
                    { ValueKind: JsonValueKind.Array } parts => [.. parts.EnumerateArray().Select(static part => new ChatContentPart(Text(part, "type"), OptionalText(part, "text")))],
                    _ => throw new FormatException("the \"content\" of a message is neither a text nor an array"),
                },
                ReasoningContent = OptionalText(message, "reasoning_content") ?? OptionalText(message, "thinking"),
                ToolCalls = Property(message, "tool_calls") is { } calls ? [.. Items(calls, "tool_calls").Select(Call)] : [],
                Name = OptionalText(message, "name") ?? OptionalText(message, "tool_name"),
                ToolCallId = OptionalText(message, "tool_call_id"),
            },
            Property(message, "weight") is not { ValueKind: JsonValueKind.Number } weight || weight.GetDouble() != 0);
    })];

    // Arguments are JSON in a text with OpenAI and an object elsewhere.
    private static ChatToolCall Call(JsonElement call)
    {
        JsonElement function = Property(call, "function") ?? call;
        JsonElement? arguments = Property(function, "arguments");
        return new ChatToolCall(
            Text(function, "name"),
            arguments switch
            {
                null => "{}",
                { ValueKind: JsonValueKind.String } text => text.GetString()!,
                { } other => other.GetRawText(),
            },
            OptionalText(call, "id"));
    }

    // Two line breaks stand between instruction and input in Stanford Alpaca's own prompt as well.
    private static ConversationRecord Alpaca(int line, JsonElement root)
    {
        var messages = new List<ChatMessage>();
        if (OptionalText(root, "system") is { Length: > 0 } system)
        {
            messages.Add(new ChatMessage { Role = "system", Content = system });
        }

        foreach (JsonElement[] turn in Property(root, "history") is { } history ? Items(history, "history").Select(static turn => Items(turn, "history").ToArray()) : [])
        {
            if (turn is not [{ ValueKind: JsonValueKind.String } question, { ValueKind: JsonValueKind.String } answer])
            {
                throw new FormatException("an entry of \"history\" is no pair of texts");
            }

            messages.Add(new ChatMessage { Role = "user", Content = question.GetString() });
            messages.Add(new ChatMessage { Role = "assistant", Content = answer.GetString() });
        }

        string instruction = Text(root, "instruction");
        string? input = OptionalText(root, "input");
        messages.Add(new ChatMessage { Role = "user", Content = string.IsNullOrEmpty(input) ? instruction : $"{instruction}\n\n{input}" });
        messages.Add(new ChatMessage { Role = "assistant", Content = Text(root, "output") });
        return new ConversationRecord(line, messages, [], s_all);
    }

    private static DatasetRecord Completion(int line, JsonElement root)
    {
        JsonElement prompt = Required(root, "prompt");
        if (prompt.ValueKind != JsonValueKind.Array)
        {
            return new CompletionRecord(line, Text(root, "prompt"), Text(root, "completion"));
        }

        // An assistant's messages of the prompt are not asked for.
        (ChatMessage Message, bool IsLearned)[] read = [.. Messages(prompt).Select(static message => (message.Message, false))];
        return Conversation(line, [.. read, .. Messages(Required(root, "completion"))], Property(root, "tools"));
    }
}
