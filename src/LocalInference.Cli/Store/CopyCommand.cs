using System.CommandLine;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary><c>cp SOURCE DESTINATION</c>: another name for a model.</summary>
internal static class CopyCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> source = new("SOURCE") { Description = "Name of a model in the store." };
        Argument<string> destination = new("DESTINATION") { Description = "The other name; a model that has it is replaced." };
        StoreFlags flags = new();
        Command command = new("cp", "Gives a model another name as well; the files are shared, or copied from a folder that is only read.") { source, destination };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using OpenedStore store = await flags.OpenAsync(result, services, cancellationToken).ConfigureAwait(false);
            await store.Models.CopyAsync(result.GetRequiredValue(source), result.GetRequiredValue(destination), cancellationToken).ConfigureAwait(false);
            await services.Terminal.Out.WriteLineAsync($"copied '{result.GetRequiredValue(source)}' to '{result.GetRequiredValue(destination)}'").ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
