using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary><c>stop MODEL</c>: has a server let go of a model.</summary>
internal static class StopCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> name = new("MODEL") { Description = "Name of a model that the server has in memory." };
        Option<string?> host = HostFlag.Create();
        Command command = new("stop", "Has the server let go of a model once it has answered who waits for it.") { name, host };
        command.SetAction(async (result, cancellationToken) =>
        {
            using RunningServer server = await RunningServer.LocateAsync(result.GetValue(host), services.Variable, cancellationToken).ConfigureAwait(false);

            // A request without a prompt that keeps nothing alive: so Ollama's clients do it.
            string model = JsonSerializer.Serialize(result.GetRequiredValue(name), CliJson.Lines.String);
            _ = await server.DoAsync("/api/generate", $$"""{"model":{{model}},"keep_alive":0,"stream":false}""", cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }
}
