using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Writes a model of transformers as GGUF, one tensor after the other.</summary>
/// <param name="folder">The model's files.</param>
/// <param name="weights">Its weights.</param>
/// <param name="type">What matrices are stored in; <see langword="null"/>: as they are. Vectors are always F32, as llama.cpp wants them.</param>
internal sealed class HuggingFaceConversion(SourceFolder folder, SafetensorsSet weights, GgufTensorType? type)
{
    private const int SlabElements = 4 << 20;
    private const string Embedding = "token_embd";

    // Matrices that are added to what is F32 as they are.
    private static readonly string[] s_added = ["position_embd", "token_types"];

    public void Write(string path, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        JsonFile config = JsonFile.Read(folder.Get("config.json"));
        HyperParameters parameters = HyperParameters.Read(config);
        TensorNames names = TensorNames.Of(parameters.Architecture)!;
        RotaryOrder? order = RotaryOrder.Of(parameters.Architecture, (int)parameters.Heads, (int)parameters.KeyHeads);
        Entry[] entries = [.. weights.Tensors.Select(tensor => Find(tensor.File, tensor.Tensor, names, parameters)).OfType<Entry>()];
        (string Name, float[] Values)[] factors = [.. parameters.Rotary?.Factors() ?? []];
        GgufTensorDefinition[] definitions =
        [
            .. entries.Select(static entry => entry.Definition),
            .. factors.Select(static factor => new GgufTensorDefinition(factor.Name, GgufTensorType.F32, factor.Values.Length)),
        ];
        using GgufWriter writer = GgufWriter.Create(path, Metadata(config, parameters, entries), definitions);
        for (int i = 0; i < entries.Length; i++)
        {
            progress?.Report(new ConversionProgress(i, entries.Length, entries[i].Definition.Name));
            Write(writer, entries[i], order, parameters, cancellationToken);
        }

        foreach ((_, float[] values) in factors)
        {
            writer.Write(MemoryMarshal.AsBytes<float>(values));
        }

        writer.Complete();
    }

    private GgufMetadata Metadata(JsonFile config, HyperParameters parameters, Entry[] entries)
    {
        GgufMetadataBuilder metadata = new GgufMetadataBuilder()
            .Set("general.architecture", parameters.Architecture)
            .Set("general.type", "model")
            .Set("general.file_type", FileType(entries));
        if (folder.Title is { } title)
        {
            metadata.Set("general.name", title);
        }

        parameters.WriteTo(metadata);
        Vocabulary.Read(folder, config, parameters.VocabularySize).WriteTo(metadata, folder, config);
        if (parameters.Family.IsEncoder && SentencePooling.Read(folder) is { } pooling)
        {
            metadata.Set($"{parameters.Architecture}.pooling_type", (uint)pooling);
        }

        return metadata.Build();
    }

    // What most weights are stored in.
    private static uint FileType(Entry[] entries) => (uint)(entries.GroupBy(static entry => entry.Definition.Type).MaxBy(static group => group.Sum(static entry => entry.Definition.ElementCount))?.Key switch
    {
        GgufTensorType.F16 => QuantizationType.F16,
        GgufTensorType.BF16 => QuantizationType.BF16,
        _ => QuantizationType.F32,
    });

    private Entry? Find(SafetensorsFile file, SafetensorsTensor tensor, TensorNames names, HyperParameters parameters)
    {
        if (parameters.Family.NameOf(tensor.Name, parameters.TiesEmbeddings) is not { } name)
        {
            return null;
        }

        int dot = name.LastIndexOf('.');
        string module = dot < 0 ? name : name[..dot];
        string suffix = dot < 0 ? "" : name[dot..];
        if (names.ToGguf(module) is not { } part || suffix is not (".weight" or ".bias") || tensor.Shape.Length is not (1 or 2) || tensor.Type is null)
        {
            throw ExceptionFactory.ConversionInput(file.Path, $"its tensor '{tensor.Name}' of {tensor.TypeName} {tensor.ShapeText} is not known for the architecture {parameters.Architecture}", HyperParameters.UseAnother, tensor.Name);
        }

        if (part == Embedding && tensor.Shape[0] != parameters.VocabularySize)
        {
            throw ExceptionFactory.ConversionInput(file.Path, $"'{tensor.Name}' has {tensor.Shape[0]} rows where config.json has a vocab_size of {parameters.VocabularySize}", "Get another copy of the model.", $"{tensor.Shape[0]}", $"{parameters.VocabularySize}");
        }

        GgufTensorType stored = tensor.Shape.Length == 1 || s_added.Contains(part) ? GgufTensorType.F32 : type ?? tensor.Type switch
        {
            SafetensorsType.F16 => GgufTensorType.F16,
            SafetensorsType.BF16 => GgufTensorType.BF16,
            _ => GgufTensorType.F32,
        };
        return new Entry(file, tensor, part, new GgufTensorDefinition(part + suffix, stored, tensor.Shape.Reverse().ToArray()));
    }

    private static void Write(GgufWriter writer, Entry entry, RotaryOrder? order, HyperParameters parameters, CancellationToken cancellationToken)
    {
        (SafetensorsFile file, SafetensorsTensor tensor) = (entry.File, entry.Tensor);
        int columns = tensor.Shape.Length == 1 ? 1 : (int)tensor.Shape[1];
        int rows = (int)tensor.Shape[0];
        if (order?.HeadsOf(entry.Part) is { } heads)
        {
            if (rows % (heads * 2) != 0)
            {
                throw ExceptionFactory.ConversionInput(file.Path, $"'{tensor.Name}' has {rows} rows for {heads} heads", HyperParameters.UseAnother, $"{rows}", $"{heads}");
            }

            Write(writer, entry, RotaryOrder.ToGguf(file.ReadAll(tensor), rows, heads), columns);
            return;
        }

        int slab = Math.Clamp(SlabElements / Math.Max(columns, 1), 1, Math.Max(rows, 1));
        for (int first = 0; first < rows; first += slab)
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] values = new float[Math.Min(slab, rows - first) * columns];
            file.Read(tensor, (long)first * columns, values);
            if (parameters.Family.StoresNormsLessOne && entry.Definition.Name.EndsWith("norm.weight", StringComparison.Ordinal))
            {
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] += 1;
                }
            }

            Write(writer, entry, values, columns);
        }
    }

    private static void Write(GgufWriter writer, Entry entry, float[] values, int columns)
    {
        GgufTensorType type = entry.Definition.Type;
        if (type == GgufTensorType.F32)
        {
            writer.Write(MemoryMarshal.AsBytes<float>(values));
            return;
        }

        int bytes = (int)type.RowSize(columns);
        byte[] encoded = new byte[values.Length / columns * bytes];
        for (int row = 0; row < values.Length / columns; row++)
        {
            TensorValues.Encode(type, values.AsSpan(row * columns, columns), encoded.AsSpan(row * bytes, bytes), importances: default);
        }

        writer.Write(encoded);
    }

    private sealed record Entry(SafetensorsFile File, SafetensorsTensor Tensor, string Part, GgufTensorDefinition Definition);
}
