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

        return !forms.SystemRole && messages is [{ Role: "system" }, ..] ? MergeSystem(messages) : messages;
    }

    // Alone it is a user's message: the model should see it rather than nothing.
    private static List<ChatMessage> MergeSystem(IReadOnlyList<ChatMessage> messages)
    {
        ChatMessage system = messages[0];
        if (messages.Count == 1)
        {
            return [system with { Role = "user" }];
        }

        ChatMessage next = messages[1];
        string text = Text(system);
        ChatMessage merged = next.Parts is { } parts
            ? next with { Parts = [new ChatContentPart("text", text + "\n"), .. parts] }
            : next with { Content = text + "\n" + next.Content };
        return [merged, .. messages.Skip(2)];
    }

    private static string Text(ChatMessage message) => message.Content ?? string.Concat(message.Parts?.Select(static p => p.Text) ?? []);
}
