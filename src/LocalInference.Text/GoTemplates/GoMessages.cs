using System.Text.Json;

namespace LocalInference.Text.GoTemplates;

/// <summary>Messages as the fields that Ollama's templates read.</summary>
internal static class GoMessages
{
    /// <summary>A message's text; of content in parts, the text ones.</summary>
    public static MarkedText Text(ChatMessage message) =>
        GoStrings.Content(message.Content ?? string.Concat(message.Parts?.Select(static p => p.Text) ?? []));

    /// <summary>Role and text of each message, neighbours of one role joined.</summary>
    public static IEnumerable<(string Role, MarkedText Text)> Join(IReadOnlyList<ChatMessage> messages) =>
        Group(messages).Select(static group => (group[0].Role, GoStrings.Join("\n\n", group.Select(Text))));

    /// <summary>The messages as structs, neighbours of one role joined; results of tools stay apart.</summary>
    public static IEnumerable<GoMap> Collate(IReadOnlyList<ChatMessage> messages) => Group(messages).Select(ToStruct);

    private static List<List<ChatMessage>> Group(IReadOnlyList<ChatMessage> messages)
    {
        var groups = new List<List<ChatMessage>>();
        foreach (ChatMessage message in messages)
        {
            if (groups.Count > 0 && groups[^1][0].Role == message.Role && message.Role != "tool")
            {
                groups[^1].Add(message);
                continue;
            }

            groups.Add([message]);
        }

        return groups;
    }

    private static GoMap ToStruct(List<ChatMessage> group)
    {
        ChatMessage first = group[0];
        MarkedText role = ChatRoles.Mark(first.Role);
        MarkedText content = GoStrings.Join("\n\n", group.Select(Text));
        MarkedText thinking = GoStrings.Content(string.Join("\n\n", group.Select(static m => m.ReasoningContent).OfType<string>()));
        var calls = new GoList([.. group.SelectMany(static m => m.ToolCalls).Select(ToStruct)], GoForm.Json);

        var wire = new GoMap { IsStruct = true };
        wire.Set("role", role);
        wire.Set("content", content);
        wire.Add("thinking", thinking.Text.Length > 0 ? thinking : null);
        wire.Add("tool_calls", calls.Items.Count > 0 ? calls : null);
        wire.Add("tool_name", first.Name is { } name ? GoStrings.Content(name) : null);
        wire.Add("tool_call_id", first.ToolCallId is { } id ? GoStrings.Content(id) : null);
        return new GoMap
        {
            IsStruct = true,
            Wire = wire,
            ["Role"] = role,
            ["Content"] = content,
            ["Thinking"] = thinking,
            ["Images"] = new GoList([]),
            ["ToolCalls"] = calls,
            ["ToolName"] = GoStrings.Content(first.Name ?? ""),
            ["ToolCallID"] = GoStrings.Content(first.ToolCallId ?? ""),
        };
    }

    private static GoMap ToStruct(ChatToolCall call, int index)
    {
        MarkedText name = GoStrings.Content(call.Name);
        GoMap arguments = Arguments(call.Arguments);
        MarkedText id = GoStrings.Content(call.Id ?? "");
        var function = new GoMap
        {
            IsStruct = true,
            Form = GoForm.Json,
            Wire = new GoMap { IsStruct = true, ["index"] = (long)index, ["name"] = name, ["arguments"] = arguments },
            ["Index"] = (long)index,
            ["Name"] = name,
            ["Arguments"] = arguments,
        };
        var wire = new GoMap { IsStruct = true };
        wire.Add("id", id.Text.Length > 0 ? id : null);
        wire.Set("function", function);
        return new GoMap { IsStruct = true, Form = GoForm.Json, Wire = wire, ["ID"] = id, ["Function"] = function };
    }

    // What is no JSON object is kept as text under one name, rather than lost or refused.
    private static GoMap Arguments(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return GoJson.ToMap(document.RootElement, GoForm.Json);
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Falls through to the text as it is, in which half of a surrogate pair may stand.
        }

        return new GoMap { Form = GoForm.Json, ["arguments"] = GoStrings.Content(json) };
    }
}
