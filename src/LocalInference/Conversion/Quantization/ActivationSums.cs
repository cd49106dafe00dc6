using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Squares of what the matrices of a model are multiplied with, summed by column: an importance matrix in the making. Used by one thread.
/// </summary>
internal sealed unsafe class ActivationSums(string modelPath)
{
    private static ReadOnlySpan<byte> Product => "MUL_MAT"u8;

    private static ReadOnlySpan<byte> ProductOfExperts => "MUL_MAT_ID"u8;

    private readonly SortedDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Whether a node is a product with a matrix of a layer.</summary>
    public static bool IsProductOfWeights(ggml_tensor* node)
    {
        ReadOnlySpan<byte> operation = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(Ggml.ggml_op_name(node->op));
        return (operation.SequenceEqual(Product) || operation.SequenceEqual(ProductOfExperts)) && Name(Source(node, 0)).StartsWith("blk.", StringComparison.Ordinal);
    }

    /// <summary>Adds what the matrix of a computed node was multiplied with.</summary>
    public void Add(ggml_tensor* node)
    {
        ggml_tensor* matrix = Source(node, 0);
        Entry entry = EntryOf(matrix);
        Values inputs = new(Source(node, 1));
        if (Source(node, 2) != null)
        {
            AddExperts(entry, inputs, new Values(Source(node, 2)), node->ne[1], node->ne[2]);
            return;
        }

        // A matrix may stand for several inputs, as a head of keys does for several of queries.
        ggml_tensor* input = Source(node, 1);
        for (long third = 0; third < input->ne[3]; third++)
        {
            for (long second = 0; second < input->ne[2]; second++)
            {
                int index = (int)(((third * matrix->ne[3] / input->ne[3]) * matrix->ne[2]) + (second * matrix->ne[2] / input->ne[2]));
                for (long row = 0; row < input->ne[1]; row++)
                {
                    entry.Add(index, inputs.Row<float>(row, second, third));
                }
            }
        }
    }

    /// <summary>Writes them in llama-imatrix's format.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="dataset">The name of the text.</param>
    /// <param name="chunks">In how many pieces it was computed.</param>
    /// <param name="chunkLength">Tokens of each.</param>
    /// <exception cref="ConversionException">A sum is no finite number.</exception>
    public void Write(OutputFile output, string dataset, int chunks, int chunkLength)
    {
        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("general.type", "imatrix")
            .Set("imatrix.datasets", GgufArray.FromStrings([dataset]))
            .Set("imatrix.chunk_count", (uint)chunks)
            .Set("imatrix.chunk_size", (uint)chunkLength)
            .Build();
        using (GgufWriter writer = GgufWriter.Create(output.TemporaryPath, metadata, [.. _entries.SelectMany(static entry => entry.Value.Definitions(entry.Key))]))
        {
            foreach ((string name, Entry entry) in _entries)
            {
                float[] sums = [.. entry.Sums.Select(static sum => (float)sum)];
                if (!Array.TrueForAll(sums, float.IsFinite))
                {
                    throw ExceptionFactory.ConversionInput(modelPath, $"what '{name}' is multiplied with is not finite", "Get another copy of the model, or one in BF16 or F32.");
                }

                writer.Write(MemoryMarshal.AsBytes<float>(sums));
                writer.Write(MemoryMarshal.AsBytes<float>([.. entry.Counts.Select(static count => (float)count)]));
            }

            writer.Complete();
        }

        output.CompleteGguf(2 * _entries.Count);
    }

    // For each token the experts that it was sent to; the inputs are the token's, or each expert's own.
    private static void AddExperts(Entry entry, Values inputs, Values experts, long used, long tokens)
    {
        for (long token = 0; token < tokens; token++)
        {
            ReadOnlySpan<int> chosen = experts.Row<int>(token, 0, 0);
            for (int i = 0; i < used; i++)
            {
                entry.Add(chosen[i], inputs.Row<float>(i % inputs.Rows, token, 0));
            }
        }
    }

    private Entry EntryOf(ggml_tensor* matrix)
    {
        string name = Name(matrix);
        if (!_entries.TryGetValue(name, out Entry? entry))
        {
            entry = new Entry((int)matrix->ne[0], (int)(matrix->ne[2] * matrix->ne[3]));
            _entries.Add(name, entry);
        }

        return entry;
    }

    private static ggml_tensor* Source(ggml_tensor* node, int index) => (ggml_tensor*)node->src[index];

    // Of weights that are copied to another device the copy is called 'DEVICE#NAME#NUMBER' (ggml-backend.cpp).
    private static string Name(ggml_tensor* tensor)
    {
        string name = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(tensor->name));
        return name.Split('#') is [_, var copied, ..] ? copied : name;
    }

    private sealed class Entry(int columns, int matrices)
    {
        public double[] Sums { get; } = new double[columns * matrices];

        public long[] Counts { get; } = new long[matrices];

        public void Add(int matrix, ReadOnlySpan<float> row)
        {
            Span<double> sums = Sums.AsSpan(matrix * columns, columns);
            for (int i = 0; i < sums.Length; i++)
            {
                sums[i] += (double)row[i] * row[i];
            }

            Counts[matrix]++;
        }

        public IEnumerable<GgufTensorDefinition> Definitions(string name) =>
        [
            new(name + ImportanceMatrix.Sums, GgufTensorType.F32, columns, matrices),
            new(name + ImportanceMatrix.Counts, GgufTensorType.F32, 1, matrices),
        ];
    }

    /// <summary>The elements of a tensor, fetched from where they were computed.</summary>
    private readonly struct Values
    {
        private readonly ggml_tensor* _tensor;
        private readonly byte[]? _copy;

        public Values(ggml_tensor* tensor)
        {
            _tensor = tensor;
            ggml_backend_buffer* buffer = tensor->view_src != null ? tensor->view_src->buffer : tensor->buffer;
            if (buffer != null && Ggml.ggml_backend_buffer_is_host(buffer) == 0)
            {
                _copy = new byte[checked((int)Ggml.ggml_nbytes(tensor))];
                fixed (byte* copy = _copy)
                {
                    Ggml.ggml_backend_tensor_get(tensor, copy, 0, (nuint)_copy.Length);
                }
            }
        }

        public long Rows => _tensor->ne[1];

        public ReadOnlySpan<T> Row<T>(long row, long second, long third)
            where T : unmanaged
        {
            ulong offset = ((ulong)row * _tensor->nb[1]) + ((ulong)second * _tensor->nb[2]) + ((ulong)third * _tensor->nb[3]);
            return _copy is null
                ? new ReadOnlySpan<T>((byte*)_tensor->data + offset, (int)_tensor->ne[0])
                : MemoryMarshal.Cast<byte, T>(_copy.AsSpan((int)offset))[..(int)_tensor->ne[0]];
        }
    }
}
