using System.CommandLine;
using System.Net.Sockets;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;

namespace LocalInference.Cli.Serve;

/// <summary><c>serve [FILE…]</c>: models over HTTP, in the interfaces of Ollama, OpenAI, Anthropic and llama-server.</summary>
internal static class ServeCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string[]> models = new("FILE") { Description = "Paths of GGUF files, no names of the store; each is served by its file's name. Without any, and without --model, all models of the store are served, and clients can pull and delete them.", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> named = new("--model") { Description = "A GGUF file and the name to serve it by. May be given more than once.", HelpName = "NAME=PATH" };
        Option<string?> host = new("--host") { Description = "Where to listen: [http://|https://]HOST[:PORT]; https:// needs a certificate in the settings. Default: LOCALINFERENCE_HOST, OLLAMA_HOST, or 127.0.0.1:11434.", HelpName = "HOST:PORT" };
        Option<string?> keepAlive = new("--keepalive") { Description = "How long a model stays loaded after its last use, such as 5m; -1: for ever. Default: OLLAMA_KEEP_ALIVE, or 5m.", HelpName = "TIME" };
        Option<string?> keys = new("--keys") { Description = "A JSON file with the hashes of the keys that open it, and their limits; read again when it changes. Default: it is open.", HelpName = "PATH" };
        Option<string?> batches = new("--batches") { Description = "The folder of files and batches (/v1/files, /v1/batches). Default: LOCALINFERENCE_BATCHES, or .localinference/batches in the home folder.", HelpName = "FOLDER" };
        Option<string?> userSettings = SettingsOption.Create();
        ModelFlags flags = new();
        Command command = new("serve", "Serves models over HTTP, to the clients of Ollama, OpenAI, Anthropic and llama-server.") { models, named, host, keepAlive, keys, batches, userSettings };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            string[] all = [.. result.GetValue(models) ?? [], .. result.GetValue(named) ?? []];
            ServeSettings settings = await ServeSettings.ReadAsync(
                services.Variable,
                result.GetValue(host),
                all,
                result.GetValue(keepAlive),
                flags.Read(result),
                cancellationToken).ConfigureAwait(false);
            using WatchedSettings watched = new(services.Variable, result.GetValue(userSettings));
            watched.Unreadable = reason => services.Terminal.Error.WriteLine($"The old settings stay: {reason}");
            settings = settings with
            {
                BatchFolder = result.GetValue(batches) ?? ServeSettings.DefaultBatchFolder(services.Variable),
                KeyFile = result.GetValue(keys),
                Configuration = watched.Configuration,
            };
            return await RunAsync(services, settings, cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, ServeSettings settings, CancellationToken cancellationToken)
    {
        using ModelStore? store = settings.Models.Count == 0 ? services.OpenStore() : null;
        using TelemetryExport? export = TelemetryExport.Start(services.Variable);
        WebApplication app = ServerApplication.Create(settings, store);
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                throw await TakenAsync(e, settings, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                // Which of them it is, it does not say.
                string[] addresses = [$"{settings.Address}", .. KestrelSection.Addresses(settings.Configuration)];
                throw new CliException($"Nobody can listen on {string.Join(" or ", addresses)} here: {e.Message.TrimEnd('.')}.", "Give an address of this machine, and a port from 1024 up unless you are its administrator, with --host.");
            }
            catch (Exception e) when (KestrelSection.IsToBlame(e, settings.Configuration))
            {
                throw KestrelSection.Unusable(e);
            }

            TextWriter error = services.Terminal.Error;
            string served = store is null ? string.Join(", ", settings.Models.Select(static model => model.Name)) : "the models of the store";
            await error.WriteLineAsync($"Serving {served} on {string.Join(", ", app.Urls)}").ConfigureAwait(false);
            if (settings.KeyFile is null && app.Urls.Any(static url => !Uri.TryCreate(url, UriKind.Absolute, out Uri? address) || !address.IsLoopback))
            {
                await error.WriteLineAsync("warning: whoever reaches this address can use the models: there are no keys (--keys).").ConfigureAwait(false);
            }

            // Requests that run are answered before it ends, for as long as the host waits (30 s).
            await error.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        }
    }

    // The web server's message has the address, as http://127.0.0.1:11434: it may be one that the settings add.
    private static async Task<CliException> TakenAsync(IOException e, ServeSettings settings, CancellationToken cancellationToken)
    {
        if (KestrelSection.Addresses(settings.Configuration).Any() && !e.Message.Contains($"://{settings.Address}:", StringComparison.Ordinal))
        {
            return new CliException(e.Message, "Stop what listens there, or give that endpoint another Url in the section 'Kestrel' of the settings.");
        }

        string neighbour = await PortNeighbour.DescribeAsync(settings.Address, cancellationToken).ConfigureAwait(false);
        return new CliException($"{neighbour} listens on {settings.Address} already.", "Stop it, or choose another port with --host.");
    }
}
