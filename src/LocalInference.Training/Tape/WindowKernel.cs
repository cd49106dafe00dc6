using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Hides from each query the keys behind it and those that have left its window: their scores become minus infinity.</summary>
/// <param name="past">Keys before the first query.</param>
/// <param name="window">Keys that a query sees, its own among them.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly unsafe struct WindowKernel(int past, int window)
{
    private readonly int _past = past;
    private readonly int _window = window;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Run(ggml_tensor* result, ggml_tensor* scores, int thread, int threads, void* state)
    {
        WindowKernel kernel = *(WindowKernel*)state;
        (long first, long end) = CustomOperation.Share(scores->ne[1] * scores->ne[2], thread, threads);
        for (long row = first; row < end; row++)
        {
            int query = kernel._past + (int)(row % scores->ne[1]);
            Span<float> to = CustomOperation.Row(result, row);
            CustomOperation.Row(scores, row).CopyTo(to);
            to[..Math.Max(0, query + 1 - kernel._window)].Fill(float.NegativeInfinity);
            to[(query + 1)..].Fill(float.NegativeInfinity);
        }
    }
}
