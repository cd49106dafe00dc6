using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Conversion;

namespace LocalInference.Cli.Store;

/// <summary><c>create MODEL -f MODELFILE</c>: makes a model.</summary>
internal static class CreateCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> name = new("MODEL") { Description = "Name of the new model." };
        Option<string> file = new("--file", "-f") { Description = "The Modelfile. Paths in it are relative to its folder.", HelpName = "PATH", DefaultValueFactory = static _ => "Modelfile" };
        Option<QuantizationType?> quantize = ConversionFlags.CreateType("--quantize", "What the weights are stored in. Default: as they are.", required: false, "-q");
        Option<string?> imatrix = ConversionFlags.CreateImportanceMatrix();
        StoreFlags flags = new();
        Command command = new("create", "Makes a model from a Modelfile: from a GGUF file, a folder with safetensors or another model, with a template, a system message, parameters, adapters.") { name, file, quantize, imatrix };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(imatrix) is not null && result.GetValue(quantize) is null)
            {
                throw CliException.Usage("--imatrix goes with --quantize.", "Give both, or neither.");
            }

            string path = result.GetRequiredValue(file);
            Modelfile modelfile = Modelfile.Load(path);
            CreateOptions options = new()
            {
                Folder = Path.GetDirectoryName(Path.GetFullPath(path)),
                Quantization = result.GetValue(quantize)?.ToString(),
                ImportanceMatrixPath = result.GetValue(imatrix),
            };
            using OpenedStore store = await flags.OpenAsync(result, services, cancellationToken).ConfigureAwait(false);
            await StoreWork.RunAsync(
                services.Terminal,
                progress => store.Models.CreateAsync(result.GetRequiredValue(name), modelfile, options, progress, cancellationToken)).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
