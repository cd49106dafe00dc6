namespace LocalInference.Native;

/// <summary>
/// What operations in managed code have in common. They run on ggml's threads, where an exception would end the process: they throw nothing and
/// allocate nothing, but for what a thread packs factors into, once, with its first product (<see cref="ProductKernel"/>).
/// </summary>
internal static unsafe class CustomOperation
{
    /// <summary>GGML_N_TASKS_MAX of ggml.h: as many parts as there are threads.</summary>
    public const int AllThreads = -1;

    /// <summary>The rows that a thread computes.</summary>
    public static (long First, long End) Share(long rows, int thread, int threads) =>
        (rows * thread / threads, rows * (thread + 1) / threads);

    /// <summary>A row of a matrix.</summary>
    public static Span<float> Row(ggml_tensor* matrix, long row) =>
        new((byte*)matrix->data + ((ulong)row * matrix->nb[1]), (int)matrix->ne[0]);

    /// <summary>An operand of a node.</summary>
    public static ggml_tensor* Source(ggml_tensor* node, int index) => (ggml_tensor*)node->src[index];
}
