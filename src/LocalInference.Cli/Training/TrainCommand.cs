using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Datasets;
using LocalInference.Cli.Models;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary><c>train MODEL --data FILE --out DIR</c>: a LoRA adapter, or a model, from samples.</summary>
internal static class TrainCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> path = new("MODEL") { Description = "Path of a GGUF file, or a model of the store. The file is not changed." };
        Option<string> data = new("--data") { Description = "What to learn: conversations, prompts with completions, or texts; see `dataset check`.", HelpName = "FILE", Required = true };
        Option<string> output = new("--out") { Description = "Folder for the result, checkpoints and metrics.", HelpName = "DIR", Required = true };
        Option<string?> validation = new("--validation") { Description = "Samples to measure on: the best on them is kept.", HelpName = "FILE" };
        TrainFlags flags = new();
        Command command = new("train", "Trains a LoRA adapter on a model, or a small model itself.") { path, data, output, validation };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            TrainingOptions options = flags.Read(result);
            string file = (await StoredModelFile.FindAsync(services.OpenStore, result.GetRequiredValue(path), new LocalModelOptions(), cancellationToken).ConfigureAwait(false)).Path;
            string? validationFile = result.GetValue(validation);
            TrainView view = new(services.Terminal, services.Time);
            IReadOnlyList<TrainingSample> samples;
            IReadOnlyList<TrainingSample> held = [];
            LocalModel model = await DatasetModel.LoadAsync(services, file, cancellationToken).ConfigureAwait(false);
            await using (model.ConfigureAwait(false))
            {
                samples = await ReadAsync(view, result.GetRequiredValue(data), model, options.MaxLength, cancellationToken).ConfigureAwait(false);
                if (validationFile is not null)
                {
                    held = await ReadAsync(view, validationFile, model, options.MaxLength, cancellationToken).ConfigureAwait(false);
                }
            }

            using ModelTrainer trainer = ModelTrainer.Open(file, options);
            view.Begin(trainer.Estimate(samples), samples.Count, held.Count);
            try
            {
                TrainingResult trained = await trainer.TrainAsync(samples, held, result.GetRequiredValue(output), view, cancellationToken).ConfigureAwait(false);
                view.End(trained, options.Mode, result.GetRequiredValue(path));
                return ExitCode.Success;
            }
            catch (OperationCanceledException)
            {
                throw new CliException("Interrupted; what was learned is in the checkpoint.", "Go on with the same command and --resume.");
            }
        });
        return command;
    }

    private static async Task<IReadOnlyList<TrainingSample>> ReadAsync(TrainView view, string file, LocalModel model, int maxLength, CancellationToken cancellationToken)
    {
        Dataset dataset = await DatasetLoader.LoadAsync(file, model, new DatasetOptions { MaxLength = maxLength }, cancellationToken).ConfigureAwait(false);
        view.Read(file, dataset.Report);
        return dataset.Training;
    }
}
