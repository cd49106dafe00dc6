using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Embed;

/// <summary><c>rerank PATH QUERY [DOCUMENT…]</c>: documents by how well they answer a query.</summary>
internal static class RerankCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> path = new("PATH") { Description = "Name of a model in the store, or path of a GGUF file: a reranker." };
        Argument<string> query = new("QUERY") { Description = "What is looked for." };
        Argument<string[]> documents = new("DOCUMENT") { Description = "What is to be ordered. Without any: the lines of standard input.", Arity = ArgumentArity.ZeroOrMore };
        Option<int?> top = NumberOption.Create("--top", "How many of the best to show. Default: all.", 1, int.MaxValue);
        Option<TextTruncation> truncate = TruncationOption.Create("document");
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        ModelFlags flags = new();
        Command command = new("rerank", "Orders documents by how well they answer a query.") { path, query, documents, top, truncate, json };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            string[] texts = await TextArguments.ReadAsync(services, result.GetValue(documents) ?? [], "DOCUMENT", cancellationToken).ConfigureAwait(false);
            RerankRequest request = new()
            {
                Query = result.GetRequiredValue(query),
                Documents = texts,
                Top = result.GetValue(top),
                Truncation = result.GetValue(truncate),
            };
            ILoadedModel model = await ModelLoading.LoadAsync(services, result.GetRequiredValue(path), flags.Read(result), cancellationToken).ConfigureAwait(false);
            await using (model.ConfigureAwait(false))
            {
                RerankResult ranked = await model.RerankAsync(request, cancellationToken).ConfigureAwait(false);
                Write(services.Terminal, ranked, texts, result.GetValue(json));
                return ExitCode.Success;
            }
        });
        return command;
    }

    private static void Write(CliTerminal terminal, RerankResult result, string[] texts, bool json)
    {
        if (json)
        {
            RerankReport report = new(
                result.Model,
                result.TokenCount,
                [.. result.Documents.Select(d => new RankedText(d.Index, d.Score, d.TokenCount, d.DroppedTokens, texts[d.Index]))]);
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Lines.RerankReport));
            return;
        }

        TextTable table = new(">score", ">index", "document");
        foreach (RankedDocument document in result.Documents)
        {
            table.AddRow(document.Score.ToString("0.0000", CultureInfo.InvariantCulture), $"{document.Index}", texts[document.Index]);
        }

        table.WriteTo(terminal);
    }
}
