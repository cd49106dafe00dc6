using System.CommandLine;
using System.Net.Sockets;
using System.Security.Cryptography;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace LocalInference.Cli.Serve;

/// <summary><c>serve MODEL…</c>: models over HTTP, in the interfaces of Ollama, OpenAI and Anthropic.</summary>
internal static class ServeCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string[]> models = new("MODEL") { Description = "Paths of GGUF files; each is served by its file's name. Without any, the models of the store are served, and clients can pull and delete them.", Arity = ArgumentArity.ZeroOrMore };
        Option<string[]> named = new("--model") { Description = "A model and the name to serve it by.", HelpName = "NAME=PATH" };
        Option<string?> host = new("--host") { Description = "Where to listen. Default: LOCALINFERENCE_HOST, OLLAMA_HOST, or 127.0.0.1:11434.", HelpName = "HOST:PORT" };
        Option<string?> keepAlive = new("--keepalive") { Description = "How long a model stays loaded after its last use, such as 5m; -1: for ever. Default: OLLAMA_KEEP_ALIVE, or 5m.", HelpName = "TIME" };
        Option<string?> keys = new("--keys") { Description = "A JSON file with the hashes of the keys that open it, and their limits; read again when it changes. Default: it is open.", HelpName = "PATH" };
        Option<string?> batches = new("--batches") { Description = "The folder of files and batches (/v1/files, /v1/batches). Default: LOCALINFERENCE_BATCHES, or .localinference/batches in the home folder.", HelpName = "FOLDER" };
        Option<string?> userSettings = SettingsOption.Create();
        ModelFlags flags = new();
        Command command = new("serve", "Serves models over HTTP, to the clients of Ollama, OpenAI and Anthropic.") { models, named, host, keepAlive, keys, batches, userSettings };
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
        WebApplication app = Create(settings, store);
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e) when (e.InnerException is AddressInUseException)
            {
                string neighbour = await PortNeighbour.DescribeAsync(settings.Address, cancellationToken).ConfigureAwait(false);
                throw new CliException($"{neighbour} listens on {settings.Address} already.", "Stop it, or choose another port with --host.");
            }
            catch (SocketException e)
            {
                throw new CliException($"Nobody can listen on {settings.Address} here: {e.Message.TrimEnd('.')}.", "Give an address of this machine, and a port from 1024 up unless you are its administrator, with --host.");
            }
            catch (Exception e) when (IsOfKestrelSettings(e, settings))
            {
                throw Unusable(e);
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

    private static WebApplication Create(ServeSettings settings, ModelStore? store)
    {
        try
        {
            return ServerApplication.Create(settings, store);
        }
        catch (Exception e) when (IsOfKestrelSettings(e, settings))
        {
            throw Unusable(e);
        }
    }

    private static CliException Unusable(Exception e) => CliException.Usage(
        $"The section 'Kestrel' of the settings cannot be used: {e.Message.TrimEnd('.')}.",
        "Name a certificate by the paths of its files: Path and KeyPath for PEM, Path and Password for PFX.");

    // Certificates are read when the server is made, or when it starts.
    private static bool IsOfKestrelSettings(Exception e, ServeSettings settings) =>
        e is CryptographicException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or InvalidOperationException or FormatException
        && settings.Configuration.GetSection("Kestrel").Exists();
}
