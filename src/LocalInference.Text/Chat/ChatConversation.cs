namespace LocalInference.Text;

/// <summary>Fits a conversation to the roles that a template knows.</summary>
internal static class ChatConversation
{
    public static IReadOnlyList<ChatMessage> Adapt(IReadOnlyList<ChatMessage> messages, TemplateForms forms)
    {
        if (!forms.DeveloperRole && messages.Any(static m => m.Role == "developer"))
        {
            messages = [.. messages.Select(static m => m.Role == "developer" ? m with { Role = "system" } : m)];
        }

        if (!forms.LaterSystem && messages.Skip(1).Any(IsSystem))
        {
            messages = JoinSystem(messages);
        }

        return !forms.SystemRole && messages is [{ Role: "system" }, ..] ? MergeSystem(messages) : messages;
    }

    private static bool IsSystem(ChatMessage message) => message.Role is "system" or "developer";

    // Coding agents send several. Those at the start become one; what comes later goes to the user's or tool's message beside it, as
    // templates that know one system message mostly want user and assistant to take turns.
    private static List<ChatMessage> JoinSystem(IReadOnlyList<ChatMessage> messages)
    {
        var joined = new List<ChatMessage>(messages.Count);
        bool isAlone = false;
        foreach (ChatMessage message in messages)
        {
            if (!IsSystem(message))
            {
                if (isAlone && message.Role == "user")
                {
                    joined[^1] = Before(message, Text(joined[^1]) + "\n\n");
                }
                else
                {
                    joined.Add(message);
                }

                isAlone = false;
            }
            else if (joined.Count == 0)
            {
                joined.Add(message);
            }
            else if (joined.Count == 1 && IsSystem(joined[0]))
            {
                joined[0] = joined[0] with { Content = $"{Text(joined[0])}\n\n{Text(message)}", Parts = null };
            }
            else if (joined[^1].Role is "user" or "tool")
            {
                joined[^1] = Behind(joined[^1], "\n\n" + Text(message));
            }
            else
            {
                joined.Add(message with { Role = "user" });
                isAlone = true;
            }
        }

        return joined;
    }

    // Alone it is a user's message: the model should see it rather than nothing.
    private static List<ChatMessage> MergeSystem(IReadOnlyList<ChatMessage> messages)
    {
        ChatMessage system = messages[0];
        return messages.Count == 1
            ? [system with { Role = "user" }]
            : [Before(messages[1], Text(system) + "\n"), .. messages.Skip(2)];
    }

    private static ChatMessage Before(ChatMessage message, string text) => message.Parts is { } parts
        ? message with { Parts = [new ChatContentPart("text", text), .. parts] }
        : message with { Content = text + message.Content };

    private static ChatMessage Behind(ChatMessage message, string text) => message.Parts is { } parts
        ? message with { Parts = [.. parts, new ChatContentPart("text", text)] }
        : message with { Content = message.Content + text };

    private static string Text(ChatMessage message) => message.Content ?? string.Concat(message.Parts?.Select(static p => p.Text) ?? []);
}
