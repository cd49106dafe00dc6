using System.CommandLine;
using System.Text;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Tokenize;

/// <summary><c>tokenize PATH TEXT</c>: the ids and pieces that a model reads a text as.</summary>
internal static class TokenizeCommand
{
    // The vocabulary is all that is asked of the model; its cache may be as small as it gets.
    private const int SmallestContext = 256;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Command Create(CliServices services)
    {
        Argument<string> path = new("PATH") { Description = "Name of a model in the store, or path of a GGUF file." };
        Argument<string> text = new("TEXT") { Description = "The text. Put -- before one that begins with a dash." };
        Option<bool> special = new("--special") { Description = "Read special tokens that the text spells as the tokens themselves." };
        Option<bool> noBos = new("--no-bos") { Description = "Leave out the begin and end tokens that the model wants around a text." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("tokenize", "Shows the token ids and pieces of a text.") { path, text, special, noBos, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            LocalModelOptions options = new() { ContextLength = SmallestContext, GpuLayers = 0 };
            ILoadedModel model = await ModelLoading.LoadAsync(services, result.GetRequiredValue(path), options, cancellationToken).ConfigureAwait(false);
            await using (model.ConfigureAwait(false))
            {
                int[] ids = model.Encode(result.GetRequiredValue(text), addSpecial: !result.GetValue(noBos), parseSpecial: result.GetValue(special));
                Write(services.Terminal, new(ids.Length, [.. ids.Select(id => Describe(model, id))]), result.GetValue(json));
                return ExitCode.Success;
            }
        });
        return command;
    }

    private static void Write(CliTerminal terminal, TokenizeReport report, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Indented.TokenizeReport));
            return;
        }

        TextTable table = new(">id", "piece");
        foreach (TokenReport token in report.Tokens)
        {
            table.AddRow($"{token.Id}", token.Piece is { } piece ? $"\"{PrintableText.Escaped(piece)}\"" : $"0x{token.Bytes}");
        }

        table.WriteTo(terminal);
    }

    private static TokenReport Describe(ILoadedModel model, int id)
    {
        byte[] bytes = model.GetPiece(id);
        try
        {
            return new TokenReport { Id = id, Piece = s_strictUtf8.GetString(bytes) };
        }
        catch (DecoderFallbackException)
        {
            return new TokenReport { Id = id, Bytes = Convert.ToHexString(bytes) };
        }
    }
}
