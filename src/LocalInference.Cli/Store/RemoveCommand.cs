using System.CommandLine;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary><c>rm MODEL…</c>: removes models, and files that no other needs.</summary>
internal static class RemoveCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string[]> names = new("MODEL") { Description = "Names of models in the store.", Arity = ArgumentArity.OneOrMore };
        StoreFlags flags = new();
        Command command = new("rm", "Removes models, and the files that no other needs.") { names };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using OpenedStore store = await flags.OpenAsync(result, services, cancellationToken).ConfigureAwait(false);
            foreach (string name in result.GetRequiredValue(names))
            {
                store.Models.Remove(name);
                await services.Terminal.Out.WriteLineAsync($"deleted '{name}'").ConfigureAwait(false);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
