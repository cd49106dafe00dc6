using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Settings;

namespace LocalInference.Cli.Datasets;

/// <summary><c>dataset synthesize SEEDS --model MODEL --template FILE --out FILE</c>: makes samples with a model.</summary>
internal static class SynthesizeCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> seeds = new("SEEDS") { Description = "What to make samples of: a text with a seed on each line, or JSON (.json, .jsonl) with an object for each." };
        Option<string> output = new("--out") { Description = "The file to write, as JSON Lines. If it is there, it is gone on with: what an earlier run made or refused is not asked for again.", HelpName = "FILE", Required = true };
        SynthesisFlags flags = new();
        ModelFlags modelFlags = new();
        Option<string?> userSettings = SettingsOption.Create();
        Command command = new("synthesize", "Makes questions and answers of seeds with a model, drops duplicates and what a judge refuses, and writes the others as they come.") { seeds, output, userSettings };
        flags.AddTo(command);
        modelFlags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            SynthesisWork work = new(services, flags.Read(result), modelFlags.Read(result), result.GetValue(userSettings));
            return await work.RunAsync(result.GetRequiredValue(seeds), result.GetRequiredValue(output), cancellationToken).ConfigureAwait(false) ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }
}
