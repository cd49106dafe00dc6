using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Conversion;

/// <summary><c>quantize MODEL OUT --type TYPE</c>: makes a model smaller.</summary>
internal static class QuantizeCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> model = new("MODEL") { Description = "Path of a GGUF file, best in F32, F16 or BF16, or the name of a model in the store." };
        Argument<string> output = new("OUT") { Description = "Path of the GGUF file to write." };
        ConversionFlags flags = new("What matrices are stored in.", typeRequired: true);
        Option<bool> requantize = new("--allow-requantize") { Description = "Quantize what is quantized already, which loses more than quantizing the original would." };
        Option<string?> calibrate = new("--calibrate") { Description = "A text that the importance matrix is computed from first; it is kept as OUT.imatrix.gguf.", HelpName = "FILE" };
        Command command = new("quantize", "Makes a model smaller: stores its matrices in fewer bits.") { model, output };
        flags.AddTo(command);
        command.Add(calibrate);
        command.Add(requantize);
        command.Validators.Add(result =>
        {
            if (result.GetValue(calibrate) is not null && flags.ImportanceMatrix(result) is not null)
            {
                result.AddError("Give either --imatrix or --calibrate.");
            }
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            string path = await StoredModelFile.FindPathAsync(services.OpenStore, result.GetRequiredValue(model), cancellationToken).ConfigureAwait(false);
            string target = result.GetRequiredValue(output);
            string? matrix = flags.ImportanceMatrix(result);
            if (result.GetValue(calibrate) is { } text)
            {
                matrix = target + ".imatrix.gguf";
                CalibrationOptions how = new() { Threads = flags.Threads(result) };
                await ConversionWork.RunAsync(services.Terminal, "Calibrating", matrix, progress => ModelCalibrator.WriteImportanceMatrixAsync(path, text, matrix, how, progress, cancellationToken)).ConfigureAwait(false);
            }

            QuantizationOptions options = new(flags.Type(result)!.Value)
            {
                ImportanceMatrixPath = matrix,
                Threads = flags.Threads(result),
                AllowRequantize = result.GetValue(requantize),
            };
            await ConversionWork.RunAsync(services.Terminal, "Quantizing", target, progress => ModelQuantizer.QuantizeAsync(path, target, options, progress, cancellationToken)).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
