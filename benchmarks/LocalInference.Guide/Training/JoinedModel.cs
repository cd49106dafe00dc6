using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LocalInference.Gguf;

namespace LocalInference.Guide;

/// <summary>
/// Several models of one shape and vocabulary as one model of their widths together, which says what they think on average: each
/// computes in its own part of every vector, by matrices that are zero between the parts, and the last product adds their logits.
/// </summary>
/// <remarks>
/// They meet in the norms alone, which divide by the size of the whole vector in place of each part's: a model's part is scaled where its
/// size differs from the others'. Members that were trained in the same way have nearly the same.
/// </remarks>
internal static class JoinedModel
{
    private const string Embeddings = "token_embd.weight";

    private const string LastNorm = "output_norm.weight";

    // Keys that count elements or heads, of which the whole has as many as its parts together.
    private static readonly ImmutableArray<string> s_sums = ["llama.embedding_length", "llama.feed_forward_length", "llama.attention.head_count", "llama.attention.head_count_kv"];

    /// <summary>Writes it.</summary>
    /// <param name="path">The file; one that is there is replaced when the new one is whole.</param>
    /// <param name="members">Files that <see cref="Training.NewModel"/> wrote and nothing but training changed, in F32.</param>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static void Write(string path, IReadOnlyList<string> members)
    {
        GgufFile[] files = [.. members.Select(GgufFile.Open)];
        try
        {
            GgufTensorInfo[] tensors = [.. files[0].Tensors];
            using GgufWriter writer = GgufWriter.Create(path, Metadata(files), [.. tensors.Select(tensor => Definition(tensor, files.Length))]);
            foreach (GgufTensorInfo tensor in tensors)
            {
                writer.Write(MemoryMarshal.AsBytes(Values(tensor, files)));
            }

            writer.Complete();
        }
        finally
        {
            foreach (GgufFile file in files)
            {
                file.Dispose();
            }
        }
    }

    private static GgufMetadata Metadata(GgufFile[] files)
    {
        GgufMetadataBuilder metadata = files[0].Metadata.ToBuilder();
        foreach (string key in s_sums)
        {
            metadata.Set(key, files[0].Metadata[key].TryGetInt64(out long part) ? (uint)(part * files.Length) : throw new InvalidDataException($"{key} is no number."));
        }

        return metadata.Build();
    }

    private static GgufTensorDefinition Definition(GgufTensorInfo tensor, int count)
    {
        long[] dimensions = [.. tensor.Dimensions];
        dimensions[0] *= count;
        if (IsBlocks(tensor))
        {
            dimensions[1] *= count;
        }

        return new GgufTensorDefinition(tensor.Name, tensor.Type, dimensions);
    }

    // A matrix within a layer maps each part to itself. Embeddings have a row for each token, and a norm is a row: parts stand side by side there.
    private static bool IsBlocks(GgufTensorInfo tensor) => tensor.Dimensions.Length == 2 && tensor.Name != Embeddings;

    private static float[] Values(GgufTensorInfo tensor, GgufFile[] files)
    {
        int width = (int)tensor.Dimensions[0];
        int rows = (int)(tensor.ElementCount / width);
        int wholeWidth = width * files.Length;
        float[] values = new float[IsBlocks(tensor) ? tensor.ElementCount * files.Length * files.Length : tensor.ElementCount * files.Length];
        for (int member = 0; member < files.Length; member++)
        {
            ReadOnlySpan<float> own = MemoryMarshal.Cast<byte, float>(files[member].GetTensorData(files[member].FindTensor(tensor.Name)!));
            int firstRow = IsBlocks(tensor) ? member * rows : 0;
            for (int row = 0; row < rows; row++)
            {
                own.Slice(row * width, width).CopyTo(values.AsSpan(((firstRow + row) * wholeWidth) + (member * width)));
            }
        }

        if (tensor.Name == LastNorm)
        {
            // The sum of as many logits becomes their mean.
            TensorPrimitives.Divide(values, files.Length, values);
        }

        return values;
    }
}
