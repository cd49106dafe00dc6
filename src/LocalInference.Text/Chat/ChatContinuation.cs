namespace LocalInference.Text;

/// <summary>
/// Ends a prompt within its last message, as transformers' <c>continue_final_message</c> does: the message is rendered with a mark
/// at its end, and the prompt is cut there.
/// </summary>
internal static class ChatContinuation
{
    // A private-use character: no template looks for it. The space shows whether the template trims.
    private const string Mark = "\uE0F2CONTINUE ";

    public static IReadOnlyList<ChatMessage> Begin(IReadOnlyList<ChatMessage> messages)
    {
        ChatMessage last = messages[^1];
        bool isThinking = last is { ReasoningContent: not null, Parts: null } && string.IsNullOrEmpty(last.Content) && last.ToolCalls.Count == 0;
        ChatMessage begun = isThinking
            ? last with { ReasoningContent = last.ReasoningContent + Mark }
            : last.Parts is { Count: > 0 } parts && parts[^1].Text is { } text
            ? last with { Parts = [.. parts.SkipLast(1), parts[^1] with { Text = text + Mark }] }
            : last with { Content = last.Content + Mark };
        return [.. messages.SkipLast(1), begun];
    }

    /// <summary>The text up to the mark, or <see langword="null"/> if the template did not show it.</summary>
    public static MarkedText? Cut(MarkedText text)
    {
        int end = text.Text.LastIndexOf(Mark.TrimEnd(), StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        // A template that trims what it shows would have trimmed the message without its mark too.
        if (string.CompareOrdinal(text.Text, end, Mark, 0, Mark.Length) != 0)
        {
            end = text.Text.AsSpan(0, end).TrimEnd().Length;
        }

        var cut = new MarkedTextBuilder();
        cut.Append(text, 0, end);
        return cut.Build();
    }
}
