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
        Command command = new("quantize", "Makes a model smaller: stores its matrices in fewer bits.") { model, output };
        flags.AddTo(command);
        command.Add(requantize);
        command.SetAction(async (result, cancellationToken) =>
        {
            string path = await StoredModelFile.FindPathAsync(services.OpenStore, result.GetRequiredValue(model), cancellationToken).ConfigureAwait(false);
            string target = result.GetRequiredValue(output);
            QuantizationOptions options = new(flags.Type(result)!.Value)
            {
                ImportanceMatrixPath = flags.ImportanceMatrix(result),
                Threads = flags.Threads(result),
                AllowRequantize = result.GetValue(requantize),
            };
            await ConversionWork.RunAsync(services.Terminal, "Quantizing", target, progress => ModelQuantizer.QuantizeAsync(path, target, options, progress, cancellationToken)).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
