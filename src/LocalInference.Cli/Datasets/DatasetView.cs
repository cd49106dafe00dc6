using LocalInference.Cli.Terminal;
using LocalInference.Training;

namespace LocalInference.Cli.Datasets;

/// <summary>Shows a report to a person.</summary>
internal static class DatasetView
{
    // What a person reads before scrolling; --json has them all.
    private const int MostIssues = 50;

    public static void WriteIssues(CliTerminal terminal, DatasetReport report)
    {
        if (report.Issues.Count > 0)
        {
            TextTable table = new(">line", "issue", "detail");
            foreach (DatasetIssue issue in report.Issues.Take(MostIssues))
            {
                table.AddRow($"{issue.Line}", Name(issue.Kind), issue.Detail);
            }

            table.WriteTo(terminal);
        }

        int found = report.IssueCounts.Values.Sum();
        if (found > MostIssues)
        {
            terminal.Out.WriteLine($"… and {found - Math.Min(MostIssues, report.Issues.Count)} more");
        }

        terminal.Out.WriteLine(Summary(report));
    }

    /// <summary>How many entries there are, and how often each thing is wrong with one.</summary>
    public static string Summary(DatasetReport report)
    {
        string entries = report.Records == 1 ? "1 entry" : $"{report.Records} entries";
        return report.IssueCounts.Count == 0
            ? $"{entries}: nothing wrong"
            : $"{entries}: {string.Join(", ", report.IssueCounts.Select(static count => $"{count.Value} {Name(count.Key)}"))}; {report.Dropped} left out";
    }

    public static void WriteCounts(CliTerminal terminal, DatasetReport report)
    {
        TextTable facts = new("fact", ">value");
        facts.AddRow("entries", $"{report.Records}");
        facts.AddRow("left out", $"{report.Dropped}");
        if (report.Samples > 0)
        {
            facts.AddRow("samples", $"{report.Samples}");
            facts.AddRow("tokens", $"{report.Tokens}");
            facts.AddRow("learned tokens", $"{report.LearnedTokens}");
            facts.AddRow("longest sample", $"{report.LongestSample}");
        }

        foreach ((DatasetIssueKind kind, int count) in report.IssueCounts)
        {
            facts.AddRow(Name(kind), $"{count}");
        }

        facts.WriteTo(terminal);
        if (report.Lengths.Count > 0)
        {
            WriteLengths(terminal, report.Lengths);
        }
    }

    private static void WriteLengths(CliTerminal terminal, IReadOnlyList<LengthBucket> lengths)
    {
        const int Widest = 40;
        int most = lengths.Max(static bucket => bucket.Samples);
        TextTable table = new(">up to tokens", ">samples", "");
        foreach (LengthBucket bucket in lengths)
        {
            table.AddRow($"{bucket.UpTo}", $"{bucket.Samples}", new string('#', Math.Max(1, (int)((long)Widest * bucket.Samples / most))));
        }

        table.WriteTo(terminal);
    }

    private static string Name(DatasetIssueKind kind) => kind switch
    {
        DatasetIssueKind.Malformed => "malformed",
        DatasetIssueKind.WrongRoles => "wrong roles",
        DatasetIssueKind.Refused => "refused by the template",
        DatasetIssueKind.Empty => "empty",
        DatasetIssueKind.Truncated => "too long",
        DatasetIssueKind.Duplicate => "duplicate",
        DatasetIssueKind.NearDuplicate => "near duplicate",
        DatasetIssueKind.Secret => "secret",
        _ => "e-mail",
    };
}
