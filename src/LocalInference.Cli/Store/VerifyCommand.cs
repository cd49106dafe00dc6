using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Store;

/// <summary><c>verify</c>: reads the whole store again.</summary>
internal static class VerifyCommand
{
    public static Command Create(CliServices services)
    {
        StoreFlags flags = new();
        Command command = new("verify", "Reads all models in the store again and compares them with their digests.");
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using ModelStore store = flags.Open(result);
            IReadOnlyList<StoreFault> faults = [];
            await StoreWork.RunAsync(services.Terminal, async progress => faults = await store.VerifyAsync(progress, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            foreach (StoreFault fault in faults)
            {
                await services.Terminal.Out.WriteLineAsync(PrintableText.OnOneLine($"{fault.Model ?? "no model's"}: {fault.Problem}")).ConfigureAwait(false);
            }

            if (faults.Count > 0)
            {
                throw new CliException($"{faults.Count} of the store's parts are damaged or missing.", "Pull or create those models again, or remove them.");
            }

            await services.Terminal.Out.WriteLineAsync("no faults").ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
