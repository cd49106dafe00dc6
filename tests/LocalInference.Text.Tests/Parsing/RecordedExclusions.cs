namespace LocalInference.Text.Tests.Parsing;

/// <summary>Recorded cases that this library answers differently, each with its reason.</summary>
internal static class RecordedExclusions
{
    /// <summary>
    /// <list type="bullet">
    /// <item>Ling 3.0, reasoning left in the content: llama.cpp drops the <c>&lt;think&gt;</c> that the prompt opened, while for every
    /// other family it keeps the opened tag in the content. This library keeps it for all.</item>
    /// </list>
    /// </summary>
    public static IReadOnlyList<string> Cases { get; } =
    [
        "inclusionai-ling-3.0-flash InContent I need to check the time first.",
    ];

    /// <summary>Names a case by what tells it from all others.</summary>
    public static string KeyOf(RecordedChatCase recorded) => $"{recorded.Template} {recorded.Options.Reasoning} {recorded.Text.Split('\n')[0]}";

    /// <summary>Why a grammar need not accept a recorded answer; <see langword="null"/>: it must.</summary>
    public static string? GrammarReason(RecordedChatCase recorded)
    {
        if (recorded.Template == "Kimi-K2-Thinking" && !recorded.Text.Contains("<|tool_call_end|>", StringComparison.Ordinal))
        {
            return "The calls are not closed: the parser forgives that, the grammar does not let it happen.";
        }

        if (recorded.Text.Contains("<![CDATA[", StringComparison.Ordinal))
        {
            return "CDATA around a value: the parser reads it, the grammar has the model write values plainly.";
        }

        return recorded.Text.EndsWith("The time has been checked.", StringComparison.Ordinal)
            ? "Text follows the calls: the parser reads it, the grammar ends the answer with the calls."
            : null;
    }
}
