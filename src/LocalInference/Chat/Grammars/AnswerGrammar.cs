using LocalInference.Abstractions;
using LocalInference.Text;
using LocalInference.Text.Parsing;

namespace LocalInference;

/// <summary>
/// The one grammar that holds an answer to what was asked for: calls that must or may come, and the form of the text.
/// <code>
/// calls required                 thoughts? calls
/// calls allowed, no form         thoughts? free text, and from the first mark of a call on: calls
/// a form, no calls               thoughts? text
/// a form, calls allowed          thoughts? text  |  thoughts? calls
/// </code>
/// </summary>
internal static class AnswerGrammar
{
    private const string ToolPrefix = "tool-";
    private const string OutputPrefix = "output-";

    // A rule for each character of the marks; more tools than this are served without being held to their schemas.
    private const int MostMarkCharacters = 500;

    /// <param name="format">How the model writes.</param>
    /// <param name="tools">The calls that are asked for; of a generation prompt, what the thoughts are to follow.</param>
    /// <param name="output">The form of the text; <see langword="null"/>: any.</param>
    /// <returns>GBNF, or <see langword="null"/> if everything is allowed.</returns>
    /// <exception cref="GenerationException">A schema or the form cannot be written as a grammar, or the tool to be called is none of the tools.</exception>
    public static string? Create(ChatFormat format, ToolCallGrammarOptions tools, OutputFormat? output)
    {
        string? form = output is null ? null : OutputGrammar.Of(output);
        bool mayCall = format.HasTools && tools.Tools.Count > 0 && tools.ToolChoice != ToolChoiceMode.None;
        if (!mayCall)
        {
            return form is null ? null : Formed(format, tools.GenerationPrompt, form, calls: null);
        }

        if (tools.ToolChoice is ToolChoiceMode.Required or ToolChoiceMode.Named)
        {
            return Calls(format, tools)!.Grammar;
        }

        return form is null
            ? Free(format, tools.GenerationPrompt, Calls(format, tools)!)
            : Formed(format, tools.GenerationPrompt, form, Calls(format, tools with { ToolChoice = ToolChoiceMode.Required })!.Grammar);
    }

    private static ToolCallGrammar? Calls(ChatFormat format, ToolCallGrammarOptions tools)
    {
        try
        {
            return ToolCallGrammar.Create(format, tools);
        }
        catch (GrammarException e)
        {
            throw ExceptionFactory.Generation("tool_schema_invalid", $"The schema of a tool cannot be used: {e.Message}", "Change what the message names, or do not ask for strict arguments.");
        }
    }

    private static string Formed(ChatFormat format, string generationPrompt, string form, string? calls)
    {
        if (calls is null && format is { HasReasoning: false, Dialect: ChatDialect.Sequence, ContentStart: "" })
        {
            return form;
        }

        var grammar = new GrammarBuilder();
        grammar.Reserve("root");
        string gap = ThoughtRules.AddGap(grammar);
        string before = ThoughtRules.AddBefore(grammar, format, generationPrompt, gap);
        string text = $"{before} {ContentStart(format)} {OutputPrefix}root {ContentEnd(format)}";
        grammar.Define("root", calls is null ? text : $"{text} | {ToolPrefix}root");
        return grammar.Build() + GrammarText.Rename(form, OutputPrefix) + "\n" + (calls is null ? "" : GrammarText.Rename(calls, ToolPrefix));
    }

    private static string? Free(ChatFormat format, string generationPrompt, ToolCallGrammar calls)
    {
        if (calls.Triggers.Sum(static mark => mark.Length) > MostMarkCharacters)
        {
            return null;
        }

        var grammar = new GrammarBuilder();
        grammar.Reserve("root");
        string free = grammar.Reserve("free");
        (string start, string end) = ThoughtMarks(format);
        List<(string Marker, string? Continuation)> marks = [.. calls.Triggers.Select(static mark => (mark, (string?)null))];
        string first = free;
        if (end.Length > 0)
        {
            string thoughts = grammar.Reserve("thoughts");
            FreeTextRules.Add(grammar, thoughts, [(end, free)], format.Tools.EndsReasoning ? ToolPrefix + "root" : null);
            if (start.Length > 0)
            {
                marks.Add((start, thoughts));
            }

            if (ThoughtRules.StateOf(format, generationPrompt) == ThoughtState.Open)
            {
                first = thoughts;
            }
        }

        FreeTextRules.Add(grammar, free, marks, ToolPrefix + "root");
        grammar.Define("root", first);
        string text = grammar.Build() + GrammarText.Rename(calls.Grammar, ToolPrefix);
        return text.Length <= GrammarLimits.Length ? text : null;
    }

    private static (string Start, string End) ThoughtMarks(ChatFormat format) => format.Dialect switch
    {
        ChatDialect.Harmony => ("<|channel|>analysis", "<|end|>"),
        ChatDialect.RecipientHeaders => (" to=self<|message|>", "<|eom|>"),
        _ => (format.ReasoningStart, format.ReasoningEnd),
    };

    private static string ContentStart(ChatFormat format) => format.Dialect switch
    {
        ChatDialect.Harmony => $"{Text("<|channel|>final")} ({Text(" ")}? {Text("<|constrain|>")}? {Text("json")})? {Text("<|message|>")}",
        ChatDialect.Recipients => Text("all\n"),
        ChatDialect.RecipientHeaders => Text(" to=user<|message|>"),
        _ => format.ContentStart.Length > 0 ? $"({Text(format.ContentStart)} gap)?" : "",
    };

    private static string ContentEnd(ChatFormat format) =>
        format is { Dialect: ChatDialect.Sequence, ContentEnd.Length: > 0 } ? $"(gap {Text(format.ContentEnd)})?" : "";

    private static string Text(string text) => GrammarBuilder.Literal(text);
}
