using System.Globalization;
using LocalInference.Cli.Terminal;
using LocalInference.Gguf;

namespace LocalInference.Cli.Inspect;

/// <summary>The view of a file for people.</summary>
internal sealed class InspectView(CliTerminal terminal)
{
    private const int LabelWidth = 16;

    public void Write(GgufFile file, GgufModelDescription model, MemoryEstimate? memory)
    {
        Line("file", file.Parts.Length == 1 ? file.Path : $"{file.Path} (1 of {file.Parts.Length})");
        Line("format", $"GGUF v{file.Version}, {Quantity.Bytes(file.FileLength)}");
        Line("type", model.Type);
        Line("architecture", model.Architecture);
        Line("name", model.Name);
        Line("parameters", Exact(model.ParameterCount));
        Line("context", model.ContextLength is { } context ? $"{context} tokens" : null);
        Line("layers", model.BlockCount?.ToString(CultureInfo.InvariantCulture));
        Line("embedding", model.EmbeddingLength?.ToString(CultureInfo.InvariantCulture));
        Line("heads", model.HeadCount is { } heads ? $"{heads} ({model.KeyValueHeadCount} for keys and values)" : null);
        Line("vocabulary", model.VocabularySize is { } size ? $"{size} tokens ({model.TokenizerModel ?? "no tokenizer"})" : null);
        Line("chat template", model.ChatTemplate is null ? "none" : "yes");
        if (memory is not null)
        {
            Write(memory);
        }

        Heading("Tensors by type");
        TextTable types = new("type", ">tensors", ">elements", ">size");
        foreach (GgufTensorTypeUsage usage in model.TensorTypes)
        {
            types.AddRow(usage.Type.Name, $"{usage.Tensors}", $"{usage.Elements}", Quantity.Bytes(usage.Bytes));
        }

        types.AddRow("all", $"{model.TensorCount}", $"{model.ParameterCount}", Quantity.Bytes(model.TensorBytes));
        types.WriteTo(terminal);

        Heading("Metadata");
        TextTable metadata = new("key", "type", "value");
        foreach ((string key, GgufValue value) in file.Metadata)
        {
            metadata.AddRow(key, TypeName(value), MetadataText.Of(value));
        }

        metadata.WriteTo(terminal);
    }

    private static string TypeName(GgufValue value) => value.Type == GgufValueType.Array
        ? $"{value.AsArray().ElementType.ToString().ToLowerInvariant()}[]"
        : value.Type.ToString().ToLowerInvariant();

    private static string Exact(long count) => $"{Quantity.Count(count)} ({count})";

    private void Write(MemoryEstimate memory)
    {
        Heading($"Memory for {memory.ContextLength} tokens of context (estimate)");
        Line("weights", Quantity.Bytes(memory.WeightBytes));
        Line("kv cache", memory.KeyValueCacheBytes is { } cache ? $"{Quantity.Bytes(cache)} (f16)" : "unknown");
        Line("compute", memory.ComputeBufferBytes is { } compute ? Quantity.Bytes(compute) : "unknown");
        Line("total", Quantity.Bytes(memory.TotalBytes));
    }

    private void Heading(string text)
    {
        terminal.Out.WriteLine();
        terminal.Out.WriteLine(text);
    }

    private void Line(string label, string? value)
    {
        if (value is not null)
        {
            terminal.Out.WriteLine($"{label.PadRight(LabelWidth)}{PrintableText.OnOneLine(value)}");
        }
    }
}
