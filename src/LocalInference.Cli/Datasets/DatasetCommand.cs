using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;
using LocalInference.Training;

namespace LocalInference.Cli.Datasets;

/// <summary><c>dataset check | stats | preview | clean | synthesize</c>: what a model is to learn from.</summary>
internal static class DatasetCommand
{
    public static Command Create(CliServices services) => new("dataset", "Makes a dataset, or looks at one before a model is trained on it.")
    {
        Check(services),
        Stats(services),
        PreviewCommand.Create(services),
        CleanCommand.Create(services),
        SynthesizeCommand.Create(services),
    };

    private static Command Check(CliServices services) => Create(
        services,
        "check",
        "Lists what is wrong with a dataset. The exit code is 1 if something must be left out.",
        DatasetView.WriteIssues,
        static report => report.Dropped > 0 ? ExitCode.Failure : ExitCode.Success);

    private static Command Stats(CliServices services) => Create(
        services,
        "stats",
        "Counts what is in a dataset: entries, samples, tokens and how long samples are.",
        DatasetView.WriteCounts,
        static _ => ExitCode.Success);

    private static Command Create(CliServices services, string name, string description, Action<CliTerminal, DatasetReport> view, Func<DatasetReport, int> exitCode)
    {
        DatasetFlags flags = new();
        Option<bool> json = new("--json") { Description = "Print the whole report as one JSON object." };
        Command command = new(name, description);
        flags.AddTo(command);
        command.Add(json);
        command.SetAction(async (result, cancellationToken) =>
        {
            DatasetReport report = await ReportAsync(services, flags, result, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                services.Terminal.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Indented.DatasetReport));
            }
            else
            {
                view(services.Terminal, report);
            }

            return exitCode(report);
        });
        return command;
    }

    private static async Task<DatasetReport> ReportAsync(CliServices services, DatasetFlags flags, ParseResult result, CancellationToken cancellationToken)
    {
        string file = flags.File(result);
        DatasetOptions options = flags.Options(result);
        if (flags.Model(result) is not { } name)
        {
            return await DatasetLoader.InspectAsync(file, options, cancellationToken).ConfigureAwait(false);
        }

        LocalModel model = await DatasetModel.LoadAsync(services, name, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            return (await DatasetLoader.LoadAsync(file, model, options, cancellationToken).ConfigureAwait(false)).Report;
        }
    }
}
