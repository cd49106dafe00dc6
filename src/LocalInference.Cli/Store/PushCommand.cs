using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary><c>push MODEL</c>: uploads a model.</summary>
internal static class PushCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> name = new("MODEL") { Description = "Name of a model in the store: HOST/NAMESPACE/MODEL[:TAG]; `cp` gives it one." };
        Option<bool> insecure = new("--insecure") { Description = "Speak HTTP without encryption to the registry." };
        Option<long?> limit = NumberOption.Create<long>("--limit", "Most bytes per second.", 1, long.MaxValue);
        StoreFlags flags = new();
        Command command = new("push", "Uploads a model to the registry in its name, or goes on with an upload that was broken off.") { name, insecure, limit };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            PushOptions options = new() { AllowInsecure = result.GetValue(insecure), MaxBytesPerSecond = result.GetValue(limit) };

            // A server knows nothing of limits that one transfer is to keep.
            using OpenedStore store = options.MaxBytesPerSecond is null ? await flags.OpenAsync(result, services, cancellationToken).ConfigureAwait(false) : flags.OpenHere(result);
            await StoreWork.RunAsync(services.Terminal, progress => store.Models.PushAsync(result.GetRequiredValue(name), options, progress, cancellationToken)).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
