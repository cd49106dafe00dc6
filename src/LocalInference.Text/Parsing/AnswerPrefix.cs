namespace LocalInference.Text.Parsing;

/// <summary>Finds the part of the prompt that a parser must read before the model's text.</summary>
internal static class AnswerPrefix
{
    /// <summary>The generation prompt from behind the template's header on.</summary>
    public static string Of(ChatFormat format, ChatParserOptions options)
    {
        string prompt = options.GenerationPrompt;
        string prefix = WithoutHeader(format, prompt);
        if (string.IsNullOrWhiteSpace(prefix))
        {
            // The line break that ends the header is the template's, not the model's.
            return string.Empty;
        }

        if (options.Reasoning == ReasoningFormat.Separate || format.ReasoningEnd.Length == 0)
        {
            return prefix;
        }

        // Thinking that the template itself opened and closed, empty, is not the model's text.
        int end = prefix.IndexOf(format.ReasoningEnd, StringComparison.Ordinal);
        if (end < 0)
        {
            return prefix;
        }

        string before = prefix[..end].Trim();
        return before.Length == 0 || before == format.ReasoningStart ? prefix[(end + format.ReasoningEnd.Length)..] : prefix;
    }

    /// <summary>
    /// What a prompt holds of the answer where the template writes the head of one whether it is asked to or not, as Go templates do:
    /// the mark at its end that opens thinking, or ends it; empty: none stands there.
    /// </summary>
    public static string AtEndOf(ChatFormat format, MarkedText prompt)
    {
        int end = prompt.Text.AsSpan().TrimEnd().Length;
        foreach (string marker in new[] { format.ReasoningStart, format.ReasoningEnd })
        {
            int start = end - marker.Length;
            if (marker.Length > 0 && start >= 0
                && string.CompareOrdinal(prompt.Text, start, marker, 0, marker.Length) == 0
                && !prompt.Segments.Any(segment => segment.IsContent && segment.Start + segment.Length > start))
            {
                return prompt.Text[start..];
            }
        }

        return string.Empty;
    }

    private static string WithoutHeader(ChatFormat format, string prompt)
    {
        if (format.Header is { } known)
        {
            int header = prompt.IndexOf(known, StringComparison.Ordinal);
            if (header >= 0)
            {
                return prompt[(header + known.Length)..];
            }
        }

        int reasoning = format.ReasoningStart.Length > 0 ? prompt.LastIndexOf(format.ReasoningStart, StringComparison.Ordinal) : -1;
        return reasoning >= 0 ? prompt[reasoning..] : string.Empty;
    }
}
