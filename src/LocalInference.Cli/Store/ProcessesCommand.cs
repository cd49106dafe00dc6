using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Store;

/// <summary><c>ps</c>: the models that a server has in memory.</summary>
internal static class ProcessesCommand
{
    // As many digits of the digest as Ollama shows.
    private const int IdDigits = 12;

    // "For ever" is some time of another century.
    private const int LastYear = 100;

    public static Command Create(CliServices services)
    {
        Option<string?> host = HostFlag.Create();
        Option<bool> json = new("--json") { Description = "Print the server's answer." };
        Command command = new("ps", "Lists the models that the server has in memory.") { host, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            using RunningServer server = await RunningServer.LocateAsync(result.GetValue(host), services.Variable, cancellationToken).ConfigureAwait(false);
            JsonElement answer = await server.SendAsync(HttpMethod.Get, "/api/ps", body: null, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(json))
            {
                services.Terminal.Out.WriteLine(PrintableText.ForTerminal(answer.GetRawText()));
            }
            else
            {
                Write(services, answer);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(CliServices services, JsonElement answer)
    {
        TextTable table = new("name", "id", ">size", "processor", ">context", "until");
        foreach (JsonElement model in answer.TryGetProperty("models", out JsonElement models) && models.ValueKind == JsonValueKind.Array ? models.EnumerateArray() : default)
        {
            string digest = Text(model, "digest");
            long size = Number(model, "size");
            table.AddRow(Text(model, "name"), digest[..Math.Min(digest.Length, IdDigits)], Quantity.Bytes(size), Processor(size, Number(model, "size_vram")), Number(model, "context_length").ToString(CultureInfo.InvariantCulture), Until(Text(model, "expires_at"), services.Time.GetUtcNow()));
        }

        table.WriteTo(services.Terminal);
    }

    // How Ollama says where a model lies.
    private static string Processor(long size, long onGpu)
    {
        int gpu = size > 0 ? (int)Math.Round(100.0 * onGpu / size) : 0;
        return gpu switch
        {
            <= 0 => "100% CPU",
            >= 100 => "100% GPU",
            _ => string.Create(CultureInfo.InvariantCulture, $"{100 - gpu}%/{gpu}% CPU/GPU"),
        };
    }

    private static string Until(string text, DateTimeOffset now) =>
        !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? ""
        : time.Year > now.Year + LastYear ? "forever"
        : time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Text(JsonElement model, string name) => model.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? PrintableText.OnOneLine(value.GetString()!) : "";

    private static long Number(JsonElement model, string name) => model.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : 0;
}
