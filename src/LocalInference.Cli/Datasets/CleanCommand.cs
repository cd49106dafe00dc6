using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Training;

namespace LocalInference.Cli.Datasets;

/// <summary><c>dataset clean FILE OUT</c>: writes a dataset without what is wrong with it.</summary>
internal static class CleanCommand
{
    private static readonly (string Name, DatasetFixes Fix, string Description)[] s_fixes =
    [
        ("--drop-duplicates", DatasetFixes.DropDuplicates, "Of entries that are the same, keep the first."),
        ("--drop-near-duplicates", DatasetFixes.DropNearDuplicates, "Of entries that say nearly the same, keep the first."),
        ("--drop-wrong-roles", DatasetFixes.DropWrongRoles, "Leave out conversations whose roles are in no order that makes sense."),
        ("--redact", DatasetFixes.Redact, "Replace keys, passwords and e-mail addresses."),
    ];

    public static Command Create(CliServices services)
    {
        DatasetFlags flags = new();
        Argument<string> output = new("OUT") { Description = "The file to write, as JSON Lines." };
        (Option<bool> Option, DatasetFixes Fix)[] fixes = [.. s_fixes.Select(static fix => (new Option<bool>(fix.Name) { Description = fix.Description }, fix.Fix))];
        Command command = new("clean", "Writes a dataset anew, without entries that cannot be read or have nothing to learn, and with the fixes that are asked for.");
        flags.AddFormatTo(command);
        command.Add(output);
        foreach ((Option<bool> option, _) in fixes)
        {
            command.Add(option);
        }

        command.SetAction(async (result, cancellationToken) =>
        {
            DatasetFixes wanted = fixes.Where(fix => result.GetValue(fix.Option)).Aggregate(DatasetFixes.None, static (all, fix) => all | fix.Fix);
            string target = result.GetRequiredValue(output);
            DatasetReport report = await DatasetLoader.CleanAsync(flags.File(result), target, flags.Format(result) with { Fixes = wanted }, cancellationToken).ConfigureAwait(false);
            services.Terminal.Out.WriteLine($"wrote {target}: {report.Records - report.Dropped} of {report.Records} entries");
            return ExitCode.Success;
        });
        return command;
    }
}
