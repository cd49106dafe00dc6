using System.Globalization;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Evaluation;

/// <summary>The report as one table.</summary>
internal static class EvalView
{
    private static readonly string[] s_headers = ["model", ">loss", ">perplexity", ">accuracy", ">KL", ">agreement", ">tasks"];

    public static void Write(CliTerminal terminal, EvalReport report, bool isMarkdown)
    {
        if (report.Targets is { } targets)
        {
            terminal.Error.WriteLine($"{report.Samples} samples, {targets} tokens to predict");
        }

        // A column that nobody measured says nothing.
        bool[] shown = [true, .. Enumerable.Range(1, s_headers.Length - 1).Select(column => report.Models.Any(m => Cells(m)[column].Length > 0))];
        string[] headers = Shown(s_headers);
        if (isMarkdown)
        {
            terminal.Out.WriteLine($"| {string.Join(" | ", headers.Select(static h => h.TrimStart('>')))} |");
            terminal.Out.WriteLine($"|{string.Concat(headers.Select(static h => h.StartsWith('>') ? "---:|" : "---|"))}");
            foreach (EvalModel model in report.Models)
            {
                terminal.Out.WriteLine($"| {string.Join(" | ", Shown(Cells(model)).Select(static c => c.Replace("|", "\\|", StringComparison.Ordinal)))} |");
            }

            return;
        }

        TextTable table = new(headers);
        foreach (EvalModel model in report.Models)
        {
            table.AddRow(Shown(Cells(model)));
        }

        table.WriteTo(terminal);

        string[] Shown(string[] cells) => [.. cells.Where((_, column) => shown[column])];
    }

    private static string[] Cells(EvalModel model) =>
    [
        model.Name,
        Number(model.Loss, "F4"),
        Number(model.Perplexity, "F3"),
        Number(model.TokenAccuracy * 100, "F2", " %"),
        Number(model.Divergence, "E2"),
        Number(model.Agreement * 100, "F2", " %"),
        model.Tasks is null ? "" : $"{model.TasksPassed}/{model.Tasks}",
    ];

    private static string Number(double? value, string format, string unit = "") => value is { } number ? number.ToString(format, CultureInfo.InvariantCulture) + unit : "";
}
