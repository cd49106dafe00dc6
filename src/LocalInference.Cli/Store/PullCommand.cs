using System.CommandLine;
using System.CommandLine.Parsing;
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
        Option<Uri?> from = new("--from")
        {
            Description = "Address of a GGUF file that the model is made of, instead of a registry; with --sha256.",
            HelpName = "URL",
            CustomParser = static result => ParseAddress(result),
        };
        Option<string?> sha256 = new("--sha256") { Description = "The SHA-256 of that file.", HelpName = "DIGITS" };
        StoreFlags flags = new();
        Command command = new("pull", "Downloads a model, or goes on with a download that was broken off.") { name, from, sha256, insecure, connections, limit };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            Uri? source = result.GetValue(from);
            string? digest = result.GetValue(sha256);
            if ((source is null) != (digest is null))
            {
                throw CliException.Usage("--from and --sha256 go together.", "Give both, or neither.");
            }

            if (digest is not null && !BlobDigest.TryParse($"sha256:{digest}", out _))
            {
                throw CliException.Usage("--sha256 takes 64 hexadecimal digits in lower case.", "Copy them from the page that offers the file.");
            }

            PullOptions options = new() { AllowInsecure = result.GetValue(insecure), MaxBytesPerSecond = result.GetValue(limit) };
            options = options with { Connections = result.GetValue(connections) ?? options.Connections };
            using ModelStore store = flags.Open(result);
            await StoreWork.RunAsync(services.Terminal, progress => source is null
                ? store.PullAsync(result.GetRequiredValue(name), options, progress, cancellationToken)
                : store.PullFileAsync(source, digest!, result.GetRequiredValue(name), options, progress, cancellationToken)).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    private static Uri? ParseAddress(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp))
        {
            return address;
        }

        result.AddError($"--from takes an address that begins with https://, not '{text}'.");
        return null;
    }
}
