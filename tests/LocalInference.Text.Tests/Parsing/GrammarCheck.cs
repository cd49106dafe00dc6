namespace LocalInference.Text.Tests.Parsing;

/// <summary>Runs a lazy grammar over an answer as a sampler would: from the first trigger outside thinking on.</summary>
internal static class GrammarCheck
{
    /// <summary>What is wrong; <see langword="null"/> if the grammar accepts the calls.</summary>
    public static string? WhyRefused(ToolCallGrammar grammar, ChatFormat format, string answer)
    {
        int thought = format.ReasoningEnd.Length == 0 ? -1 : answer.IndexOf(format.ReasoningEnd, StringComparison.Ordinal);
        int from = thought < 0 ? 0 : thought;
        int start = grammar.Triggers
            .Select(trigger => answer.IndexOf(trigger, from, StringComparison.Ordinal))
            .Where(index => index >= 0)
            .DefaultIfEmpty(-1)
            .Min();
        if (start < 0)
        {
            return $"None of the triggers came: {string.Join(", ", grammar.Triggers)}";
        }

        GbnfMatcher matcher = new(GbnfGrammar.Parse(grammar.Grammar));
        string rest = answer[start..].TrimEnd();
        for (int i = 0; i < rest.Length; i++)
        {
            int length = char.IsHighSurrogate(rest[i]) ? 2 : 1;
            if (!matcher.Accept(rest.AsSpan(i, length)))
            {
                return $"Refused at {i}: {rest[..i]} >>> {rest[i..]}";
            }

            i += length - 1;
        }

        return matcher.IsComplete ? null : "More is wanted after: " + rest;
    }
}
