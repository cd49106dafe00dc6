using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary><c>train MODEL --data FILE --out DIR</c>: a LoRA adapter, or a model, from samples.</summary>
internal static class TrainCommand
{
    // The vocabulary is all that is asked of the engine's model; its cache may be as small as it gets.
    private const int SmallestContext = 256;

    public static Command Create(CliServices services)
    {
        Argument<string> path = new("MODEL") { Description = "Path of a GGUF file, or a model of the store. The file is not changed." };
        Option<string> data = new("--data") { Description = "What to learn: JSON lines with \"prompt\" and \"completion\", or with \"text\"; or plain text, paragraph by paragraph.", HelpName = "FILE", Required = true };
        Option<string> output = new("--out") { Description = "Folder for the result, checkpoints and metrics.", HelpName = "DIR", Required = true };
        Option<string?> validation = new("--validation") { Description = "Samples to measure on: the best on them is kept.", HelpName = "FILE" };
        TrainFlags flags = new();
        Command command = new("train", "Trains a LoRA adapter on a model, or a small model itself.") { path, data, output, validation };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            TrainingOptions options = flags.Read(result);
            (string file, _) = await StoredModelFile.FindAsync(result.GetRequiredValue(path), new LocalModelOptions(), cancellationToken).ConfigureAwait(false);
            string? validationFile = result.GetValue(validation);
            (TrainingSample[] samples, TrainingSample[] held) = await ReadAsync(file, result.GetRequiredValue(data), validationFile, cancellationToken).ConfigureAwait(false);
            using ModelTrainer trainer = ModelTrainer.Open(file, options);
            TrainView view = new(services.Terminal, services.Time);
            view.Begin(trainer.Estimate(samples), samples.Length, held.Length);
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

    private static async Task<(TrainingSample[] Samples, TrainingSample[] Validation)> ReadAsync(string model, string data, string? validation, CancellationToken cancellationToken)
    {
        LocalModelOptions options = new() { ContextLength = SmallestContext, GpuLayers = 0 };
        LocalModel loaded = await LocalModel.LoadAsync(model, options, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (loaded.ConfigureAwait(false))
        {
            SampleFile file = new(loaded.Tokenizer);
            return ([.. file.Read(data)], validation is null ? [] : [.. file.Read(validation)]);
        }
    }
}
