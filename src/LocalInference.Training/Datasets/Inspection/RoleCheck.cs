using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>Whether the messages of a conversation are in an order in which a model can be asked and answer.</summary>
internal static class RoleCheck
{
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    public static string? FindFault(ConversationRecord record)
    {
        IReadOnlyList<ChatMessage> messages = record.Messages;
        if (messages.Count == 0)
        {
            return "there are no messages";
        }

        string before = "";
        for (int i = 0; i < messages.Count; i++)
        {
            if (FindFault(messages, i, before) is { } fault)
            {
                return $"message {i + 1}: {fault}";
            }

            before = messages[i].Role;
        }

        return messages[^1].Role == "assistant" ? null : $"the last message is one of '{messages[^1].Role}', so nobody answers";
    }

    private static string? FindFault(IReadOnlyList<ChatMessage> messages, int index, string before)
    {
        ChatMessage message = messages[index];
        return message.Role switch
        {
            "system" or "developer" => index > 0 && before is not ("system" or "developer") ? $"'{message.Role}' is not at the beginning" : null,
            "user" => before == "user" ? "'user' follows 'user'" : null,
            "assistant" => before switch
            {
                "assistant" => "'assistant' follows 'assistant'",
                "" or "system" or "developer" => "'assistant' answers nothing",
                _ => null,
            },
            "tool" => before == "tool" || (before == "assistant" && messages[index - 1].ToolCalls.Count > 0) ? null : "'tool' follows no call",
            var other => $"there is no role '{Shown(other)}'",
        };
    }

    private static string Shown(string role) => new([.. role.Take(32).Select(static character => char.IsControl(character) ? '?' : character)]);
}
