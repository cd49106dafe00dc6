using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary><c>pull MODEL</c>: downloads a model.</summary>
internal static class PullCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> name = new("MODEL") { Description = "Name of the model: NAME[:TAG] of Ollama's registry, hf.co/ORG/REPOSITORY[:QUANTIZATION], or HOST/NAMESPACE/MODEL[:TAG]." };
        Option<bool> insecure = new("--insecure") { Description = "Speak HTTP without encryption to the registry." };
        Option<int?> connections = NumberOption.Create("--connections", "Connections that carry parts of a file at the same time. Default: 4.", 1, 64);
        Option<long?> limit = NumberOption.Create<long>("--limit", "Most bytes per second.", 1, long.MaxValue);
        Option<string?> from = new("--from") { Description = "What the model is made of instead of asking a registry: the address of a GGUF file, with --sha256, or the path of a file or folder.", HelpName = "SOURCE" };
        Option<string?> sha256 = new("--sha256") { Description = "The SHA-256 of that file.", HelpName = "DIGITS" };
        StoreFlags flags = new();
        Command command = new("pull", "Downloads a model, or goes on with a download that was broken off.") { name, from, sha256, insecure, connections, limit };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            string? source = result.GetValue(from);
            string? digest = result.GetValue(sha256);
            Uri? address = ParseAddress(source);
            if ((address is null) != (digest is null))
            {
                throw CliException.Usage("--sha256 goes with an address in --from.", "Give both, or neither.");
            }

            if (source is not null && address is null && !Path.Exists(source))
            {
                throw CliException.Usage($"--from takes an address that begins with https://, or the path of a file or folder, not '{source}'.", "Check the path.");
            }

            if (digest is not null && !BlobDigest.TryParse($"sha256:{digest}", out _))
            {
                throw CliException.Usage("--sha256 takes 64 hexadecimal digits in lower case.", "Copy them from the page that offers the file.");
            }

            PullOptions options = new() { AllowInsecure = result.GetValue(insecure), MaxBytesPerSecond = result.GetValue(limit) };
            options = options with { Connections = result.GetValue(connections) ?? options.Connections };
            if (source is null && options.MaxBytesPerSecond is null && result.GetValue(connections) is null)
            {
                using OpenedStore opened = await flags.OpenAsync(result, services, cancellationToken).ConfigureAwait(false);
                await StoreWork.RunAsync(services.Terminal, progress => opened.Models.PullAsync(result.GetRequiredValue(name), options, progress, cancellationToken)).ConfigureAwait(false);
                return ExitCode.Success;
            }

            // No server can be asked for these.
            using ModelStore store = flags.Open(result);
            await StoreWork.RunAsync(services.Terminal, progress =>
                address is not null ? store.PullFileAsync(address, digest!, result.GetRequiredValue(name), options, progress, cancellationToken)
                : source is null ? store.PullAsync(result.GetRequiredValue(name), options, progress, cancellationToken)
                : store.CreateAsync(
                    result.GetRequiredValue(name),
                    new Modelfile(new ModelfileInstruction(ModelfileKeyword.From, Path.GetFullPath(source))),
                    new CreateOptions { Folder = Directory.GetCurrentDirectory() },
                    progress,
                    cancellationToken)).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    private static Uri? ParseAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp) ? address : null;
}
