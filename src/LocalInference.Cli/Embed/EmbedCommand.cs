using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Embed;

/// <summary><c>embed PATH [TEXT…]</c>: texts as vectors, a JSON array on a line for each.</summary>
internal static class EmbedCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> path = new("PATH") { Description = "Name of a model in the store, or path of a GGUF file." };
        Argument<string[]> texts = new("TEXT") { Description = "The texts. Without any: the lines of standard input.", Arity = ArgumentArity.ZeroOrMore };
        Option<EmbeddingPooling?> pooling = new("--pooling")
        {
            Description = "How the vectors of a text's tokens become one: mean, cls or last. Default: as the model says, else last for one that generates.",
            HelpName = "KIND",
        };
        Option<int?> dimensions = NumberOption.Create("--dimensions", "Length of the vectors, for models made for that. Default: the model's own.", 1, int.MaxValue);
        Option<bool> raw = new("--no-normalize") { Description = "Leave the vectors as long as they are, instead of 1." };
        Option<TextTruncation> truncate = TruncationOption.Create("text");
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        ModelFlags flags = new();
        Command command = new("embed", "Turns texts into vectors.") { path, texts, pooling, dimensions, raw, truncate, json };
        flags.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            string[] inputs = await TextArguments.ReadAsync(services, result.GetValue(texts) ?? [], "TEXT", cancellationToken).ConfigureAwait(false);
            EmbeddingRequest request = new()
            {
                Inputs = [.. inputs.Select(static text => new EmbeddingInput(text))],
                Pooling = result.GetValue(pooling),
                Dimensions = result.GetValue(dimensions),
                Normalize = !result.GetValue(raw),
                Truncation = result.GetValue(truncate),
            };
            ILoadedModel model = await ModelLoading.LoadAsync(services, result.GetRequiredValue(path), flags.Read(result), cancellationToken).ConfigureAwait(false);
            await using (model.ConfigureAwait(false))
            {
                EmbeddingResult embedded = await model.EmbedAsync(request, cancellationToken).ConfigureAwait(false);
                Write(services.Terminal, embedded, result.GetValue(json));
                return ExitCode.Success;
            }
        });
        return command;
    }

    private static void Write(CliTerminal terminal, EmbeddingResult result, bool json)
    {
        if (json)
        {
            EmbedReport report = new(
                result.Model,
                result.Embeddings.Count > 0 ? result.Embeddings[0].Vector.Length : 0,
                result.TokenCount,
                [.. result.Embeddings.Select(static e => new EmbeddedText(e.TokenCount, e.DroppedTokens, e.Vector.ToArray()))]);
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Lines.EmbedReport));
            return;
        }

        foreach (TextEmbedding embedding in result.Embeddings)
        {
            // The shortest digits that read back as the same number.
            terminal.Out.WriteLine($"[{string.Join(',', embedding.Vector.ToArray().Select(static value => value.ToString("R", CultureInfo.InvariantCulture)))}]");
        }
    }
}
