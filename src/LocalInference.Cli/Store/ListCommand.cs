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
            string begin = result.GetValue(prefix) ?? "";
            (IReadOnlyList<StoredModel> all, IReadOnlyList<(string Name, StoreException Fault)> leftOut) = store.List();
            Write(services.Terminal, [.. all.Where(model => IsWanted(model.Name))], result.GetValue(json));
            Warn(services.Terminal, [.. leftOut.Where(model => IsWanted(model.Name))]);
            return ExitCode.Success;

            bool IsWanted(string name) => name.StartsWith(begin, StringComparison.OrdinalIgnoreCase);
        });
        return command;
    }

    // As Ollama, whose server writes it into its log: one damaged model is no reason to hide the others.
    private static void Warn(CliTerminal terminal, (string Name, StoreException Fault)[] leftOut)
    {
        foreach ((string name, StoreException fault) in leftOut)
        {
            terminal.Error.WriteLine(PrintableText.OnOneLine($"warning: {name} is left out: {FailureReport.Of(fault).Message}"));
        }

        if (leftOut.Length > 0)
        {
            terminal.Error.WriteLine("Pull or create it again, or remove it with `localinference rm`.");
        }
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
