namespace LocalInference.Text.Parsing;

/// <summary>Rules for what a model thinks before an answer that must have a form.</summary>
internal static class ThoughtRules
{
    /// <summary>The space that may stand next to a marker.</summary>
    /// <remarks>Models were trained with the template's white space, which differs between markers; more than this is straying.</remarks>
    public static string AddGap(GrammarBuilder grammar) => grammar.AddRule("gap", "[ \\n]{0,8}");

    /// <summary>Adds rules for thoughts and returns what stands before the answer: thinking may, content may not.</summary>
    public static string AddBefore(GrammarBuilder grammar, ChatFormat format, string generationPrompt, string gap)
    {
        if (format.Dialect == ChatDialect.Harmony)
        {
            string thought = MarkerRules.AddUntil(grammar, "thought", "<|end|>");
            return $"({Text("<|channel|>analysis<|message|>")} {thought} {Text("<|start|>assistant")})?";
        }

        if (format.Dialect == ChatDialect.RecipientHeaders)
        {
            string thought = MarkerRules.AddUntil(grammar, "thought", "<|eom|>");
            return $"({Text(" to=self<|message|>")} {thought} {Text("<|start|>assistant")})?";
        }

        if (format.ReasoningEnd.Length == 0 || format.Dialect != ChatDialect.Sequence)
        {
            return gap;
        }

        string rest = MarkerRules.AddUntil(grammar, "thought", format.ReasoningEnd);
        return StateOf(format, generationPrompt) switch
        {
            ThoughtState.Closed => gap,
            ThoughtState.Open => $"{rest} {gap}",
            _ => $"{gap} ({Text(format.ReasoningStart)} {rest} {gap})?",
        };
    }

    /// <summary>Whether the prompt has opened thoughts, or opened and closed them.</summary>
    public static ThoughtState StateOf(ChatFormat format, string generationPrompt)
    {
        if (format.ReasoningEnd.Length == 0)
        {
            return ThoughtState.NotBegun;
        }

        string prefix = AnswerPrefix.Of(format, new ChatParserOptions { GenerationPrompt = generationPrompt });
        int end = prefix.LastIndexOf(format.ReasoningEnd, StringComparison.Ordinal);
        int start = format.ReasoningStart.Length == 0 ? -1 : prefix.LastIndexOf(format.ReasoningStart, StringComparison.Ordinal);
        return end >= 0 && end > start ? ThoughtState.Closed
            : start >= 0 || format.ReasoningStart.Length == 0 ? ThoughtState.Open
            : ThoughtState.NotBegun;
    }

    private static string Text(string text) => GrammarBuilder.Literal(text);
}
