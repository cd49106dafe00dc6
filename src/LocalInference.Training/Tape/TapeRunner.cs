using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>Computes tapes, one at a time, in memory that they share.</summary>
/// <param name="backend">What computes.</param>
/// <param name="governor">Says with how many threads; <see langword="null"/>: with all.</param>
internal sealed unsafe class TapeRunner(CpuBackend backend, ThreadGovernor? governor = null) : IDisposable
{
    // Tapes differ in length, so their times are not compared; the governor goes by the machine's load.
    private const int NotComparable = 2;

    private readonly ggml_gallocr* _allocator = Ggml.ggml_gallocr_new(Ggml.ggml_backend_get_default_buffer_type(backend.Pointer));
    private bool _disposed;

    /// <summary>What the largest tape so far needed for values in between, in bytes.</summary>
    public long BufferBytes => (long)Ggml.ggml_gallocr_get_buffer_size(_allocator, 0);

    /// <summary>Computes every node of a tape.</summary>
    /// <exception cref="TrainingException">The memory does not suffice, or the backend cannot compute an operation.</exception>
    public void Run(Tape tape)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        CheckOperations(tape.Graph);
        using NativeLog.Capture log = NativeLog.Watch();
        if (Ggml.ggml_gallocr_alloc_graph(_allocator, tape.Graph) == 0)
        {
            throw ExceptionFactory.TrainingCheck($"The memory for a step could not be allocated{(log.Last is { } line ? $" ({line})" : "")}", "Train on shorter samples, or free memory.");
        }

        long start = Stopwatch.GetTimestamp();
        ggml_status status = Ggml.ggml_backend_graph_compute(backend.Pointer, tape.Graph);
        if (status != ggml_status.GGML_STATUS_SUCCESS)
        {
            throw ExceptionFactory.TrainingCheck($"ggml could not compute a step ({status})", "Free memory and resume from the last checkpoint.");
        }

        if (governor?.AfterStep(Stopwatch.GetElapsedTime(start), NotComparable) == true)
        {
            backend.SetThreads(governor.Threads);
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Ggml.ggml_gallocr_free(_allocator);
        }
    }

    // A backend that is given what it does not know ends the process, or computes garbage without a word (weights repacked for AMX).
    private void CheckOperations(ggml_cgraph* graph)
    {
        int nodes = Ggml.ggml_graph_n_nodes(graph);
        for (int i = 0; i < nodes; i++)
        {
            ggml_tensor* node = Ggml.ggml_graph_node(graph, i);
            if (Ggml.ggml_backend_supports_op(backend.Pointer, node) == 0)
            {
                throw ExceptionFactory.TrainingCheck($"The CPU backend cannot compute operation {node->op} on {node->type}", "Report this with the model's architecture and types.");
            }
        }
    }
}
