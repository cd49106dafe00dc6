using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Run;

namespace LocalInference.Cli.Conversion;

/// <summary><c>merge MODEL OUT --adapter FILE</c>: makes adapters part of a model's weights.</summary>
internal static class MergeCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> model = new("MODEL") { Description = "Path of a GGUF file, or the name of a model in the store." };
        Argument<string> output = new("OUT") { Description = "Path of the GGUF file to write." };
        Option<AdapterFile[]> adapters = EngineFlags.AdapterOption("A LoRA adapter in GGUF, and what it is multiplied with: FILE or FILE=SCALE. May be given more than once; adapters that a model of the store has are merged as well.");
        Option<string?> data = new("--data") { Description = "Texts or samples to measure on how far the new model is from the model with its adapters; see `dataset check`. Default: where matrices are stored in few bits, a text of ours.", HelpName = "FILE" };
        ConversionFlags flags = new("What matrices are stored in. Default: each in the type that it has.", typeRequired: false);
        Command command = new("merge", "Makes LoRA adapters part of a model's weights: one file, which runs without them.") { model, output, adapters, data };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            ModelLocation location = await StoredModelFile.FindAsync(services.OpenStore, result.GetRequiredValue(model), new LocalModelOptions(), cancellationToken).ConfigureAwait(false);
            string target = result.GetRequiredValue(output);
            AdapterFile[] files = [.. location.Options.Adapters, .. result.GetValue(adapters) ?? []];
            if (files.Length == 0)
            {
                throw CliException.Usage("There is nothing to merge.", "Give --adapter FILE, or a model of the store that has adapters.");
            }

            string? measuredOn = result.GetValue(data);
            if (measuredOn is not null && !File.Exists(measuredOn))
            {
                throw new CliException($"No file at '{measuredOn}'.", "Check the path; nothing has been merged.");
            }

            MergeOptions options = new() { Type = flags.Type(result), ImportanceMatrixPath = flags.ImportanceMatrix(result), Threads = flags.Threads(result) };
            await ConversionWork.RunAsync(
                services.Terminal,
                "Merging",
                target,
                progress => AdapterMerger.MergeAsync(location.Path, files, target, options, progress, cancellationToken)).ConfigureAwait(false);
            await new MergeLoss(services, location.Path, files, target).TellAsync(measuredOn, options.Threads, cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
