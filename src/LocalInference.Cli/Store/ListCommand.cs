using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Store;

/// <summary><c>list</c>: the models that are there.</summary>
internal static class ListCommand
{
    // As many digits of the digest as Ollama shows.
    private const int IdDigits = 12;

    public static Command Create(CliServices services)
    {
        Argument<string?> prefix = new("PREFIX") { Description = "Only models whose names begin with it.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        StoreFlags flags = new();
        Command command = new("list", "Lists the models in the store.") { prefix, json };
        command.Aliases.Add("ls");
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using OpenedStore store = await flags.OpenAsync(result, services, cancellationToken).ConfigureAwait(false);
            StoredModel[] models = [.. store.Models.List().Where(model => model.Name.StartsWith(result.GetValue(prefix) ?? "", StringComparison.OrdinalIgnoreCase))];
            Write(services.Terminal, models, result.GetValue(json));
            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(CliTerminal terminal, StoredModel[] models, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(new ListReport([.. models.Select(ModelReport.Of)]), CliJson.Indented.ListReport));
            return;
        }

        TextTable table = new("name", "id", ">size", "modified");
        foreach (StoredModel model in models)
        {
            table.AddRow(model.Name, model.Digest[..IdDigits], Quantity.Bytes(model.SizeInBytes), model.ModifiedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        }

        table.WriteTo(terminal);
    }
}
