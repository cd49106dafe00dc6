using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Settings;
using LocalInference.Cli.Terminal;
using LocalInference.Providers;

namespace LocalInference.Cli.Usage;

/// <summary><c>usage</c>: what requests consumed and cost, from the ledger that <c>serve</c> writes, and <c>run</c> for models of providers and routes.</summary>
internal static class UsageCommand
{
    private static readonly UsageGrouping[] s_usual = [UsageGrouping.Day, UsageGrouping.Model];

    private static readonly Key[] s_keys =
    [
        new(UsageGrouping.Day, "day", static sum => sum.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? ""),
        new(UsageGrouping.Caller, "caller", static sum => sum.Caller ?? ""),
        new(UsageGrouping.Requested, "requested", static sum => sum.Requested ?? ""),
        new(UsageGrouping.Model, "model", static sum => sum.Model ?? ""),
    ];

    public static Command Create(CliServices services)
    {
        Option<DateTimeOffset?> since = Time("--since", "From when, such as 2026-11-01. Default: from the beginning.");
        Option<DateTimeOffset?> until = Time("--until", "Before when. Default: until now.");
        Option<UsageGrouping[]> by = new("--by") { Description = "What sums are told apart by: day, caller, model, requested; repeat it for more. Default: day and model.", HelpName = "KEY", AllowMultipleArgumentsPerToken = true };
        Option<bool> csv = new("--csv") { Description = "Print every request as CSV instead of sums." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Option<string?> settings = SettingsOption.Create();
        Command command = new("usage", "Says what requests consumed and cost, by the ledger that the settings name.") { since, until, by, csv, json, settings };
        command.SetAction(async (result, cancellationToken) =>
        {
            string connection = UserSettings.Read(services.Variable, result.GetValue(settings)).GetSection("Usage")["Ledger"] is { Length: > 0 } named
                ? named
                : throw CliException.Usage("The settings name no ledger.", """Set "Usage": { "Ledger": "PATH" } in localinference.json: from then on `serve` writes it, and `run` for models of providers and routes.""");
            DateTimeOffset first = result.GetValue(since) ?? DateTimeOffset.MinValue;
            DateTimeOffset end = result.GetValue(until) ?? DateTimeOffset.MaxValue;
            UsageGrouping grouping = (result.GetValue(by) is { Length: > 0 } asked ? asked : s_usual).Aggregate(static (all, one) => all | one);
            UsageLedger ledger = new(connection);
            await using (ledger.ConfigureAwait(false))
            {
                try
                {
                    if (result.GetValue(csv))
                    {
                        await ledger.ExportAsync(services.Terminal.Out, first, end, cancellationToken).ConfigureAwait(false);
                    }
                    else
                    {
                        Write(services.Terminal, await ledger.SumAsync(first, end, grouping, cancellationToken).ConfigureAwait(false), grouping, result.GetValue(json));
                    }
                }
                catch (DbException e)
                {
                    throw new CliException($"The ledger cannot be read: {e.Message.TrimEnd('.')}.", "Correct Usage:Ledger in the settings.");
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(CliTerminal terminal, IReadOnlyList<UsageSum> sums, UsageGrouping grouping, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(new UsageReport(sums), CliJson.Indented.UsageReport));
            return;
        }

        Key[] keys = [.. s_keys.Where(key => grouping.HasFlag(key.By))];
        TextTable table = new([.. keys.Select(static key => key.Head), ">requests", ">prompt tokens", ">of them cached", ">generated tokens", ">cost", ">unpriced"]);
        foreach (UsageSum sum in sums)
        {
            table.AddRow([.. keys.Select(key => key.Cell(sum)), Count(sum.Requests), Count(sum.PromptTokens), Count(sum.CachedPromptTokens), Count(sum.GeneratedTokens), sum.Cost.ToString("0.00####", CultureInfo.InvariantCulture), Count(sum.Unpriced)]);
        }

        table.WriteTo(terminal);
    }

    private static string Count(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Without a zone it is a time of this machine.
    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset time))
            {
                return time;
            }

            result.AddError($"{name} takes a date or a time such as 2026-11-01 or 2026-11-01T12:30:00Z.");
            return null;
        },
    };

    // A column that sums are told apart by.
    private sealed record Key(UsageGrouping By, string Head, Func<UsageSum, string> Cell);
}
