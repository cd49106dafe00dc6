using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;
using LocalInference.Gguf;

namespace LocalInference.Cli.Inspect;

/// <summary><c>inspect PATH</c>: what a GGUF file holds, read by managed code alone.</summary>
internal static class InspectCommand
{
    // As the engine chooses it when nobody asks: a longer context would only take memory.
    private const int LongestDefaultContext = 32_768;

    public static Command Create(CliServices services)
    {
        Argument<string> path = new("PATH") { Description = "Path of a GGUF file, any part of a split one, or name of a model in the store." };
        Option<int?> context = NumberOption.Create("--context", "Tokens of context that the memory is estimated for. Default: the model's own, at most 32768.", 1, int.MaxValue);
        Option<bool> json = new("--json") { Description = "Print one JSON object, with every tensor." };
        Command command = new("inspect", "Shows what a GGUF file holds: metadata, tensors, parameters, and the memory it takes.") { path, context, json };
        command.SetAction(async (result, cancellationToken) =>
        {
            string given = result.GetRequiredValue(path);
            ModelLocation model = await StoredModelFile.FindAsync(services.OpenStore, given, new LocalModelOptions(), cancellationToken).ConfigureAwait(false);
            Run(services.Terminal, model.Path, result.GetValue(context), result.GetValue(json));
            return ExitCode.Success;
        });
        return command;
    }

    private static void Run(CliTerminal terminal, string path, int? context, bool json)
    {
        if (!File.Exists(path))
        {
            throw ExceptionFor(path);
        }

        using GgufFile file = GgufFile.Open(path);
        GgufModelDescription model = file.Describe();
        int length = context ?? (int)Math.Clamp(model.ContextLength ?? LongestDefaultContext, 1, LongestDefaultContext);

        // Adapters and the like are no models that run by themselves.
        MemoryEstimate? memory = model.Type is "model" ? MemoryEstimate.Of(file, length) : null;
        if (json)
        {
            terminal.Out.WriteLine(JsonSerializer.Serialize(Report(file, model, memory), CliJson.Indented.InspectReport));
        }
        else
        {
            new InspectView(terminal).Write(file, model, memory);
        }
    }

    private static CliException ExceptionFor(string path) => Directory.Exists(path)
        ? new CliException($"'{path}' is a folder.", "Give the path of a .gguf file in it.")
        : new CliException($"No file at '{path}', and no model of that name.", "Check the path, or see `localinference list` for names.");

    private static InspectReport Report(GgufFile file, GgufModelDescription model, MemoryEstimate? memory) => new()
    {
        Path = file.Path,
        GgufVersion = file.Version,
        Files = file.Parts.Length,
        FileBytes = file.FileLength,
        Architecture = model.Architecture,
        Name = model.Name,
        Type = model.Type,
        ParameterCount = model.ParameterCount,
        TensorCount = model.TensorCount,
        TensorBytes = model.TensorBytes,
        ContextLength = model.ContextLength,
        EmbeddingLength = model.EmbeddingLength,
        BlockCount = model.BlockCount,
        HeadCount = model.HeadCount,
        KeyValueHeadCount = model.KeyValueHeadCount,
        VocabularySize = model.VocabularySize,
        Tokenizer = model.TokenizerModel,
        HasChatTemplate = model.ChatTemplate is not null,
        Memory = memory is null ? null : MemoryReport.Of(memory),
        TensorTypes = [.. model.TensorTypes.Select(static t => new TensorTypeReport(t.Type.Name, t.Tensors, t.Elements, t.Bytes))],
        Tensors = [.. file.Tensors.Select(static t => new TensorReport(t.Name, t.Type.Name, t.Dimensions, t.ByteLength))],
        Metadata = MetadataJson.Of(file.Metadata),
    };
}
