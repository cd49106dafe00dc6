using System.Text.Json;

namespace LocalInference.Text;

/// <summary>Messages as a template's values, in the keys' customary order, which templates that print a whole message show.</summary>
internal static class ChatMessageValues
{
    public static JinjaValue Of(ChatMessage message, TemplateForms forms)
    {
        var entries = new List<KeyValuePair<string, JinjaValue>>
        {
            new("role", JinjaValue.FromString(message.Role, isContent: !ChatRoles.IsKnown(message.Role))),
            new("content", Content(message, forms)),
        };
        if (message.ReasoningContent is { } reasoning && !forms.ThinkingParts)
        {
            entries.Add(new(forms.ReasoningKey, Text(reasoning)));
        }

        if (message.ToolCalls.Count > 0)
        {
            entries.Add(new("tool_calls", JinjaValue.FromList([.. message.ToolCalls.Select((call, i) => Call(call, i, forms))])));
        }

        if (message.Name is { } name)
        {
            entries.Add(new("name", Text(name)));
        }

        if (message.ToolCallId is { } id)
        {
            entries.Add(new("tool_call_id", Text(forms.ShortIds ? ShortId.Of(id) : id)));
        }

        return JinjaValue.FromMap(entries);
    }

    private static JinjaValue Content(ChatMessage message, TemplateForms forms)
    {
        bool hasThinkingPart = forms.ThinkingParts && message.ReasoningContent is not null;
        if (hasThinkingPart || !forms.StringContent || (message.Parts is not null && forms.PartContent))
        {
            return Parts(message, hasThinkingPart);
        }

        string? text = message.Content ?? (message.Parts is null ? null : JoinParts(message.Parts));
        return string.IsNullOrEmpty(text) && message.ToolCalls.Count > 0 && forms.NoneContent ? JinjaValue.None : Text(text ?? "");
    }

    private static JinjaValue Parts(ChatMessage message, bool hasThinkingPart)
    {
        var parts = new List<JinjaValue>();
        if (hasThinkingPart)
        {
            parts.Add(ChatVariables.Map(("type", JinjaValue.FromString("thinking")), ("thinking", Text(message.ReasoningContent!))));
        }

        IReadOnlyList<ChatContentPart> given = message.Parts ?? (message.Content is { } content ? [new ChatContentPart("text", content)] : []);
        foreach (ChatContentPart part in given)
        {
            JinjaValue type = JinjaValue.FromString(part.Type, isContent: true);
            parts.Add(part.Text is { } text ? ChatVariables.Map(("type", type), ("text", Text(text))) : ChatVariables.Map(("type", type)));
        }

        return JinjaValue.FromList(parts);
    }

    // As llama.cpp joins them for templates that know only texts.
    private static string JoinParts(IReadOnlyList<ChatContentPart> parts) => string.Join('\n', parts.Select(static p => p.Text).OfType<string>());

    private static JinjaValue Call(ChatToolCall call, int index, TemplateForms forms)
    {
        var entries = new List<KeyValuePair<string, JinjaValue>>
        {
            new("type", JinjaValue.FromString("function")),
            new("function", ChatVariables.Map(("name", Text(call.Name)), ("arguments", Arguments(call.Arguments, forms)))),
        };
        if (call.Id is { } id)
        {
            entries.Insert(0, new("id", Text(forms.ShortIds ? ShortId.Of(id) : id)));
        }
        else if (forms.ShortIds)
        {
            entries.Insert(0, new("id", JinjaValue.FromString(ShortId.Of(index))));
        }

        return JinjaValue.FromMap(entries);
    }

    // A call that a model broke off is no JSON; it is shown as the text that it is.
    private static JinjaValue Arguments(string json, TemplateForms forms)
    {
        if (forms.ObjectArguments)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(json);
                return JinjaValue.FromJson(document.RootElement.Clone(), isContent: true);
            }
            catch (Exception e) when (e is JsonException or ArgumentException)
            {
                // The latter for half of a surrogate pair that stands in it as it is.
                return Text(json);
            }
        }

        return Text(json);
    }

    private static JinjaValue Text(string text) => JinjaValue.FromString(text, isContent: true);
}
