using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Transposed copies of frozen matrices, because the gradient of y = W·x is Wᵀ·dy and ggml's kernels want rows. Made once for a job.
/// A matrix that has none is transposed on the fly.
/// </summary>
internal sealed unsafe class TransposedWeights : IDisposable
{
    // Rows of W at a time: a multiple of every block size, and 8 MB of F32 at 2,048 columns.
    private const int Strip = 1024;

    private readonly HostTensors _tensors;
    private readonly IReadOnlyList<Weight> _weights;

    /// <summary>Makes them and gives them to the weights.</summary>
    /// <param name="weights">The matrices, as <see cref="Choose"/> has chosen them.</param>
    /// <param name="type">BF16 or Q8_0.</param>
    /// <param name="threads">Threads that make them.</param>
    public TransposedWeights(IReadOnlyList<Weight> weights, ggml_type type, int threads)
    {
        _weights = weights;
        _tensors = new HostTensors(Bytes(weights, type), weights.Count);
        foreach (Weight weight in weights)
        {
            weight.Transposed = _tensors.Add(type, weight.Rows, weight.Columns);
            Fill(weight.Tensor, weight.Transposed, threads);
        }
    }

    /// <summary>The type of copies; <see langword="null"/>: there are none.</summary>
    public static ggml_type? TypeOf(BackwardPrecision precision) => precision switch
    {
        BackwardPrecision.OnTheFly => null,
        BackwardPrecision.BF16 => ggml_type.GGML_TYPE_BF16,
        BackwardPrecision.Q8 or BackwardPrecision.Mixed => ggml_type.GGML_TYPE_Q8_0,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "It has to be chosen first."),
    };

    /// <summary>
    /// Those of which copies can be made in so much memory: frozen, with a multiple of the type's block of outputs, and each that still
    /// fits. With exactly the memory that they take, they are chosen again.
    /// </summary>
    public static IReadOnlyList<Weight> Choose(IEnumerable<Weight> weights, ggml_type type, long most = long.MaxValue)
    {
        List<Weight> chosen = [];
        foreach (Weight weight in weights.Where(w => w.Parameter is null && w.Rows % Ggml.ggml_blck_size(type) == 0))
        {
            long size = Size(weight, type);
            if (size <= most)
            {
                chosen.Add(weight);
                most -= size;
            }
        }

        return chosen;
    }

    /// <summary>The memory that copies take.</summary>
    public static long Bytes(IEnumerable<Weight> weights, ggml_type type) => weights.Sum(w => Size(w, type));

    public void Dispose()
    {
        foreach (Weight weight in _weights)
        {
            weight.Transposed = null;
        }

        _tensors.Dispose();
    }

    private static long Size(Weight weight, ggml_type type) => HostTensors.Size(type, weight.Rows, weight.Columns);

    private static void Fill(ggml_tensor* from, ggml_tensor* to, int threads)
    {
        int columns = checked((int)from->ne[0]);
        float* rows = (float*)NativeMemory.Alloc((nuint)Strip * (nuint)columns, sizeof(float));
        try
        {
            ParallelOptions options = new() { MaxDegreeOfParallelism = threads };
            for (long first = 0; first < from->ne[1]; first += Strip)
            {
                int count = (int)Math.Min(Strip, from->ne[1] - first);
                long start = first;
                Parallel.For(0, count, options, i => Unpack(from, start + i, rows + ((long)i * columns)));
                Parallel.For(0, columns, options, column => Pack(rows, count, columns, column, to, start));
            }
        }
        finally
        {
            NativeMemory.Free(rows);
        }
    }

    private static void Unpack(ggml_tensor* matrix, long row, float* to)
    {
        void* data = (byte*)matrix->data + ((ulong)row * matrix->nb[1]);
        if (matrix->type == ggml_type.GGML_TYPE_F32)
        {
            new ReadOnlySpan<float>(data, (int)matrix->ne[0]).CopyTo(new Span<float>(to, (int)matrix->ne[0]));
        }
        else
        {
            Ggml.ggml_get_type_traits(matrix->type)->to_float(data, to, matrix->ne[0]);
        }
    }

    private static void Pack(float* rows, int count, int columns, int column, ggml_tensor* to, long start)
    {
        float* line = stackalloc float[Strip];
        for (int i = 0; i < count; i++)
        {
            line[i] = rows[((long)i * columns) + column];
        }

        byte* target = (byte*)to->data + ((ulong)column * to->nb[1]) + Ggml.ggml_row_size(to->type, start);
        if (to->type == ggml_type.GGML_TYPE_BF16)
        {
            Ggml.ggml_fp32_to_bf16_row(line, (ushort*)target, count);
        }
        else
        {
            Ggml.ggml_quantize_chunk(to->type, line, target, 0, 1, count, null);
        }
    }
}
