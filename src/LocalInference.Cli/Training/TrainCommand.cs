using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary><c>train MODEL --data FILE --out DIR</c>: a LoRA adapter, or a model, from samples.</summary>
internal static class TrainCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string?> path = new("MODEL") { Description = "Path of a GGUF file, or a model of the store. The file is not changed.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> data = new("--data") { Description = "What to learn: conversations, prompts with completions, or texts; see `dataset check`.", HelpName = "FILE" };
        Option<string?> output = new("--out") { Description = "Folder for the result, checkpoints and metrics.", HelpName = "DIR" };
        Option<string?> validation = new("--validation") { Description = "Samples to measure on: the best on them is kept.", HelpName = "FILE" };
        Option<string?> config = new("--config") { Description = "A JSON object with what the command line leaves out, by the same names in snake_case; a run's config.json is one.", HelpName = "FILE" };
        Option<bool> inProcess = new("--in-process") { Description = "Train in this process, not in one of its own." };
        TrainFlags flags = new();
        Command command = new("train", "Trains a LoRA adapter on a model, or a small model itself.") { path, data, output, validation, config };
        flags.AddTo(command);
        command.Add(inProcess);
        command.SetAction(async (result, cancellationToken) =>
        {
            TrainingConfiguration configured = result.GetValue(config) is { } configFile ? TrainingConfiguration.Read(configFile) : new TrainingConfiguration(new TrainingOptions());
            TrainingConfiguration run = configured with
            {
                Options = flags.Read(result, configured),
                Model = result.GetValue(path) ?? configured.Model ?? throw Missing("MODEL"),
                Data = result.GetValue(data) ?? configured.Data ?? throw Missing("--data"),
                Out = result.GetValue(output) ?? configured.Out ?? throw Missing("--out"),
                Validation = result.GetValue(validation) ?? configured.Validation,
            };
            DatasetOptions dataset = flags.ReadDataset(result, configured.Dataset, run.Options);
            if (run.Validation is not null && dataset.ValidationShare > 0)
            {
                throw CliException.Usage("--validation-share takes of the samples what is measured on, and --validation is a file of it.", "Leave one of them out.");
            }

            await new TrainWork(services, run, dataset, result.GetValue(inProcess)).RunAsync(cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    private static CliException Missing(string name) => CliException.Usage($"{name} is missing.", "Give it, or a --config FILE that says it.");
}
