using System.Text.Json;
using System.Text.Json.Nodes;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>
/// llama.cpp's own parse cases, with formats found by probing its templates. Compared as llama.cpp compares: content and
/// reasoning without white space at their ends, arguments as JSON values.
/// </summary>
public sealed class RecordedChatTests
{
    private const double RequiredShare = 0.95;

    [OracleFact(OracleNeeds.Templates | OracleNeeds.Cases)]
    public void CasesParseAsRecorded()
    {
        List<RecordedChatCase> cases = ReadCases();
        HashSet<string> excluded = [.. RecordedExclusions.Cases];
        List<string> failures = [];
        int passed = 0;
        foreach (RecordedChatCase recorded in cases)
        {
            string expected = Describe(recorded.Expected, recorded.IsPartial);
            string actual = Describe(Parse(recorded), recorded.IsPartial);
            bool isExcluded = excluded.Contains(RecordedExclusions.KeyOf(recorded));
            if (expected == actual)
            {
                passed++;
                Assert.False(isExcluded, $"This case passes now; remove its exclusion: {RecordedExclusions.KeyOf(recorded)}");
            }
            else if (!isExcluded)
            {
                failures.Add($"{recorded.Template}: {recorded.Text}\n  expected {expected}\n  actual   {actual}");
            }
        }

        Assert.True(failures.Count == 0, $"{passed} of {cases.Count} pass.\n" + string.Join("\n", failures));
        Assert.True(passed >= cases.Count * RequiredShare, $"{passed} of {cases.Count} pass.");
    }

    [OracleFact(OracleNeeds.Templates | OracleNeeds.Cases)]
    public void GrammarsAcceptTheRecordedCalls()
    {
        List<string> failures = [];
        int checkedCases = 0;
        foreach (RecordedChatCase recorded in ReadCases().Where(one => one is { IsPartial: false, Expected.ToolCalls.Count: > 0 }))
        {
            ChatFormat format = TemplateFormats.Of(recorded.Template);
            ToolCallGrammar grammar = ToolCallGrammar.Create(format, new ToolCallGrammarOptions { Tools = recorded.Options.Tools })!;
            if (RecordedExclusions.GrammarReason(recorded) is null)
            {
                checkedCases++;
                if (GrammarCheck.WhyRefused(grammar, format, recorded.Text) is { } reason)
                {
                    failures.Add($"{recorded.Template}: {recorded.Text}\n  {reason}");
                }
            }
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {checkedCases} fail.\n" + string.Join("\n", failures));
        Assert.True(checkedCases > 150, $"Only {checkedCases} cases were checked.");
    }

    [OracleFact(OracleNeeds.Templates | OracleNeeds.Cases)]
    public void RecordedAnswersGiveTheSameEventsHoweverTheyAreCut()
    {
        Random random = new(20261121);
        foreach (RecordedChatCase recorded in ReadCases())
        {
            ParserChecks.SameEventsHoweverCut(TemplateFormats.Of(recorded.Template), recorded.Options, recorded.Text, random);
        }
    }

    private static List<RecordedChatCase> ReadCases()
    {
        using JsonDocument document = Oracle.Read("chat-cases.json");
        return [.. document.RootElement.EnumerateArray().Select(RecordedChatCase.Read)];
    }

    private static ChatMessage Parse(RecordedChatCase recorded)
    {
        ChatParser parser = new(TemplateFormats.Of(recorded.Template), recorded.Options);
        parser.Feed(recorded.Text);
        if (!recorded.IsPartial)
        {
            parser.Complete();
        }

        return parser.Message;
    }

    private static string Describe(ChatMessage message, bool isPartial) =>
        $"content {message.Content?.Trim()} | reasoning {message.ReasoningContent?.Trim()} | calls "
        + string.Join("; ", message.ToolCalls.Select(call => $"{call.Name} {Normalize(call.Arguments, isPartial)} {call.Id}"));

    private static string Normalize(string arguments, bool isPartial)
    {
        try
        {
            return arguments.Length == 0 ? arguments : JsonNode.Parse(arguments)!.ToJsonString();
        }
        catch (JsonException) when (isPartial)
        {
            return "(unfinished)";
        }
    }
}
