using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary><c>create MODEL -f MODELFILE</c>: makes a model.</summary>
internal static class CreateCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> name = new("MODEL") { Description = "Name of the new model." };
        Option<string> file = new("--file", "-f") { Description = "The Modelfile. Paths in it are relative to its folder.", HelpName = "PATH", DefaultValueFactory = static _ => "Modelfile" };
        StoreFlags flags = new();
        Command command = new("create", "Makes a model from a Modelfile: from a GGUF file or another model, with a template, a system message, parameters, adapters.") { name, file };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            string path = result.GetRequiredValue(file);
            Modelfile modelfile = Modelfile.Load(path);
            using ModelStore store = flags.Open(result);
            await StoreWork.RunAsync(
                services.Terminal,
                progress => store.CreateAsync(result.GetRequiredValue(name), modelfile, Path.GetDirectoryName(Path.GetFullPath(path))!, progress, cancellationToken)).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
