using System.Numerics.Tensors;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Writes a model whose matrices contain what adapters add to them, some rows at a time.</summary>
/// <param name="file">The model.</param>
/// <param name="adapters">The adapters, opened for it.</param>
/// <param name="matrix">For types of few bits.</param>
/// <param name="threads">Most threads that compute.</param>
internal sealed class ModelMerge(GgufFile file, IReadOnlyList<LoraFile> adapters, ImportanceMatrix? matrix, int threads)
{
    // Weights that are in memory at once: 32 MiB as singles.
    private const int SlabElements = 8 << 20;
    private const int PieceBytes = 4 << 20;
    private const string Embedding = "token_embd.weight";
    private const string Output = "output.weight";

    private readonly HashSet<string> _targets = [.. adapters.SelectMany(static adapter => adapter.Targets)];

    /// <summary>The tensors of the merged model.</summary>
    /// <param name="typeOf">What a changed matrix is to be stored in.</param>
    public IReadOnlyList<MergedTensor> Plan(Func<GgufTensorInfo, GgufTensorType> typeOf)
    {
        List<MergedTensor> tensors = [.. file.Tensors.Select(tensor => Changed(tensor, typeOf))];

        // An adapter of the embeddings does not change the output, which becomes a matrix of its own where it was the same.
        if (_targets.Contains(Embedding) && file.FindTensor(Output) is null)
        {
            GgufTensorInfo embedding = file.FindTensor(Embedding)!;
            tensors.Add(new MergedTensor(embedding, new GgufTensorDefinition(Output, embedding.Type, embedding.Dimensions.AsSpan()), IsChanged: false));
        }

        return tensors;
    }

    /// <exception cref="ConversionException">A matrix cannot be stored in its type.</exception>
    public void Write(string path, IReadOnlyList<MergedTensor> tensors, IProgress<ConversionProgress>? progress, CancellationToken cancellationToken)
    {
        GgufMetadata metadata = file.Metadata.ToBuilder().Remove("split.no").Remove("split.count").Remove("split.tensors.count").Build();
        using GgufWriter writer = GgufWriter.Create(path, metadata, [.. tensors.Select(static tensor => tensor.Definition)]);
        for (int i = 0; i < tensors.Count; i++)
        {
            MergedTensor tensor = tensors[i];
            progress?.Report(new ConversionProgress(i, tensors.Count, tensor.Definition.Name));
            if (tensor.IsChanged)
            {
                WriteChanged(writer, tensor, cancellationToken);
            }
            else
            {
                Copy(writer, tensor.Source, cancellationToken);
            }
        }

        writer.Complete();
    }

    private MergedTensor Changed(GgufTensorInfo tensor, Func<GgufTensorInfo, GgufTensorType> typeOf)
    {
        bool isChanged = _targets.Contains(tensor.Name);
        return new MergedTensor(tensor, isChanged ? new GgufTensorDefinition(tensor.Name, typeOf(tensor), tensor.Dimensions.AsSpan()) : tensor.ToDefinition(), isChanged);
    }

    private void Copy(GgufWriter writer, GgufTensorInfo tensor, CancellationToken cancellationToken)
    {
        byte[] piece = new byte[PieceBytes];
        for (long at = 0; at < tensor.ByteLength; at += PieceBytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(PieceBytes, tensor.ByteLength - at));
            file.ReadTensorData(tensor, at, bytes);
            writer.Write(bytes);
        }
    }

    private void WriteChanged(GgufWriter writer, MergedTensor tensor, CancellationToken cancellationToken)
    {
        GgufTensorInfo source = tensor.Source;
        GgufTensorType type = tensor.Definition.Type;
        LoraDelta[] deltas = [.. adapters.Select(adapter => adapter.Read(source.Name)).OfType<LoraDelta>()];
        float[]? importances = Importances(source, type);
        int columns = (int)source.Dimensions[0];
        long rowsOfExpert = source.Dimensions[1];
        long rows = source.ElementCount / columns;
        int slab = (int)Math.Clamp(SlabElements / columns, 1, rows);
        (int from, int to) = ((int)source.Type.RowSize(columns), (int)type.RowSize(columns));
        byte[] read = new byte[slab * from];
        byte[] written = new byte[slab * to];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        for (long first = 0; first < rows; first += slab)
        {
            int count = (int)Math.Min(slab, rows - first);
            file.ReadTensorData(source, first * from, read.AsSpan(0, count * from));
            float largest = 0;
            Lock gate = new();
            Parallel.For(
                0,
                count,
                options,
                () => (Row: new float[columns], Largest: 0f),
                (i, _, local) =>
                {
                    long row = first + i;
                    TensorValues.Decode(source.Type, read.AsSpan(i * from, from), local.Row);
                    foreach (LoraDelta delta in deltas)
                    {
                        delta.AddTo(row, local.Row);
                    }

                    float magnitude = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(local.Row));
                    if (magnitude <= Largest(type))
                    {
                        ReadOnlySpan<float> weights = importances is null ? default : importances.AsSpan((int)(row / rowsOfExpert) * columns, columns);
                        TensorValues.Encode(type, local.Row, written.AsSpan(i * to, to), weights);
                    }

                    // NaN stays: Max hands it on.
                    return (local.Row, MathF.Max(local.Largest, magnitude));
                },
                local =>
                {
                    lock (gate)
                    {
                        largest = MathF.Max(largest, local.Largest);
                    }
                });
            if (!(largest <= Largest(type)))
            {
                throw ExceptionFactory.ConversionInput(file.Path, $"a weight of '{source.Name}' becomes {largest:G3}, which {type.Name} cannot hold", "Use smaller scales, or adapters that were made for this model.", $"{largest:G3}", $"{Largest(type):G3}");
            }

            writer.Write(written.AsSpan(0, count * to));
        }
    }

    private static float Largest(GgufTensorType type) => type switch
    {
        GgufTensorType.F32 or GgufTensorType.BF16 => float.MaxValue,
        _ when QuantizationCheck.IsCodebook(type) => QuantizationCheck.LargestWeight,

        // Scales of blocks are halves as well.
        _ => (float)Half.MaxValue,
    };

    private float[]? Importances(GgufTensorInfo tensor, GgufTensorType type)
    {
        float[]? importances = matrix?.Entries.GetValueOrDefault(tensor.Name);
        return importances is null && QuantizationCheck.NeedsImportances(type)
            ? throw ExceptionFactory.ImportanceMatrixMissing(type.ToString(), tensor.Name)
            : importances;
    }
}
