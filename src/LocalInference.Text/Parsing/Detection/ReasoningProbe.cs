namespace LocalInference.Text.Parsing;

/// <summary>Finds the markers of header, thinking and content.</summary>
internal static class ReasoningProbe
{
    /// <summary>Pairs that models use and whose templates do not always write them: thinking is cut from the history.</summary>
    private static readonly (string Start, string End)[] s_known =
    [
        ("<think>", "</think>"),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
        ("[THINK]", "[/THINK]"),
        ("<thinking>", "</thinking>"),
        ("<reasoning>", "</reasoning>"),
        ("<thought>", "</thought>"),
    ];

    public static ChatFormat Find(TemplateProbe probe, string source)
    {
        string? plain = probe.Answer(TemplateProbe.Content, null);
        ChatFormat format = WithReasoning(probe, plain, source);
        string? thinking = probe.GenerationPrompt(thinking: true);
        string? prompt = probe.GenerationPrompt(thinking: false) ?? thinking;
        if (prompt is null)
        {
            return format;
        }

        // Switching thinking may change the system message too; the shorter difference is the prompt's own.
        return format with { Header = Header(format, plain, thinking?.Length < prompt.Length ? thinking : prompt) };
    }

    /// <summary>
    /// What announces thinking: the tag that belongs to the end tag, else what an answer without thinking does not have. Empty
    /// if nothing does; then the prompt opens it.
    /// </summary>
    private static string Opening(string before, string end, string? plain)
    {
        string tag = end.Replace("/", string.Empty, StringComparison.Ordinal);
        if (tag != end && before.TrimEnd().EndsWith(tag, StringComparison.Ordinal))
        {
            return tag;
        }

        return plain is null ? before.Trim() : before[MarkupText.CommonStart(before, plain)..].Trim();
    }

    private static ChatFormat WithReasoning(TemplateProbe probe, string? plain, string source)
    {
        string? answer = probe.Answer(TemplateProbe.Content, TemplateProbe.Reasoning);
        string prompt = probe.Prompt()?.TrimEnd() ?? string.Empty;
        int reasoning = answer?.IndexOf(TemplateProbe.Reasoning, StringComparison.Ordinal) ?? -1;
        int content = answer?.IndexOf(TemplateProbe.Content, StringComparison.Ordinal) ?? -1;
        if (reasoning >= 0 && content > reasoning)
        {
            string before = answer![..reasoning];
            string between = answer[(reasoning + TemplateProbe.Reasoning.Length)..content];
            string end = MarkupText.First(between);
            string start = Opening(before, end, plain);
            if (start.Length == 0 && probe.GenerationPrompt(thinking: true) is { Length: 0 })
            {
                // A head that is written always stands before the answer too, with what it opens.
                start = Opening(prompt, end, prompt);
            }

            string contentStart = MarkupText.After(between, end);
            return new ChatFormat
            {
                ReasoningStart = start,
                ReasoningEnd = end,
                ContentStart = contentStart,
                ContentEnd = contentStart.Length == 0 ? string.Empty : MarkupText.First(answer[(content + TemplateProbe.Content.Length)..]),
            };
        }

        foreach ((string start, string end) in s_known)
        {
            if (source.Contains(end, StringComparison.Ordinal) || prompt.EndsWith(start, StringComparison.Ordinal))
            {
                return new ChatFormat { ReasoningStart = start, ReasoningEnd = end };
            }
        }

        return new ChatFormat();
    }

    private static string Header(ChatFormat format, string? plain, string prompt)
    {
        int content = plain?.IndexOf(TemplateProbe.Content, StringComparison.Ordinal) ?? -1;
        string before = content >= 0 ? plain![..content] : prompt;
        bool isWhole = before.Contains(prompt, StringComparison.Ordinal) || (before.Length > 0 && prompt.EndsWith(before, StringComparison.Ordinal));
        string header = isWhole ? prompt : prompt[..MarkupText.CommonStart(prompt, before + '\0')];
        foreach (string marker in new[] { format.ReasoningStart, format.ReasoningEnd, format.ContentStart })
        {
            int at = marker.Length == 0 ? -1 : header.IndexOf(marker, StringComparison.Ordinal);
            header = at < 0 ? header : header[..at];
        }

        return header.TrimEnd();
    }
}
