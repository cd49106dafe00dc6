using LocalInference.Cli.CommandLine;
using LocalInference.Gguf;
using LocalInference.Text;

namespace LocalInference.Cli.Template;

/// <summary>The chat template in a file: its own text, or that of a GGUF's metadata.</summary>
internal static class TemplateFile
{
    public static ChatTemplate Open(string path, TimeProvider time)
    {
        if (!File.Exists(path))
        {
            throw new CliException(Directory.Exists(path) ? $"'{path}' is a folder." : $"No file at '{path}'.", "Give the path of a .jinja or .gguf file; `localinference show MODEL --modelfile` has that of a model in the store.");
        }

        ChatTemplateOptions options = new() { Name = Path.GetFileName(path), TimeProvider = time };
        return Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".JINJA" or ".JINJA2" => ChatTemplate.FromJinja(File.ReadAllText(path), options),
            ".GOTMPL" or ".TMPL" => ChatTemplate.FromGo(File.ReadAllText(path), options),
            _ => OfModel(path, options),
        };
    }

    private static ChatTemplate OfModel(string path, ChatTemplateOptions options)
    {
        using GgufFile file = GgufFile.Open(path);
        List<KeyValuePair<string, string>> texts = [];
        foreach ((string key, GgufValue value) in file.Metadata)
        {
            if (key.StartsWith("tokenizer.chat_template", StringComparison.Ordinal) && value.TryGetString(out string text))
            {
                texts.Add(new(key, text));
            }
        }

        options = options with { BosText = Token(file.Metadata, "bos"), EosText = Token(file.Metadata, "eos") };
        return ChatTemplate.FromMetadata(texts, options)
            ?? throw new CliException($"'{path}' carries no chat template.", "Give a model made for chat, or a .jinja file.");
    }

    private static string Token(GgufMetadata metadata, string name) =>
        metadata.TryGetUInt32($"tokenizer.ggml.{name}_token_id", out uint id) && metadata.TryGetArray("tokenizer.ggml.tokens", out GgufArray tokens)
        && tokens.ElementType == GgufValueType.String && id < tokens.Count
            ? tokens.GetString((int)id)
            : "";
}
